#!/bin/sh
set -e
case "$*" in
  *--workers*) echo "several workers" ;;
esac
exec "$@"
