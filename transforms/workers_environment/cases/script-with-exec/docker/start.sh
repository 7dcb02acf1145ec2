#!/usr/bin/env bash
set -euo pipefail

python manage.py migrate --noinput

# Four workers are enough for the small machines.
exec gunicorn shop.wsgi:application \
    --bind "0.0.0.0:${PORT:-8000}" \
    --workers 4 \
    --access-logfile -
