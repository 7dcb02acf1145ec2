#!/bin/sh
export WEB_CONCURRENCY="$(nproc)"
exec "$@"
