#!/bin/sh
set -e

wait_for() {
  until nc -z "$1" "$2"; do sleep 1; done
}

wait_for db 5432
if [ "$1" = "gunicorn" ]; then
  python manage.py migrate
fi
exec "$@"
