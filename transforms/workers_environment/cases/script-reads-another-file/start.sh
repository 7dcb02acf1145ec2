#!/bin/sh
. /opt/venv/bin/activate
set -a
. /etc/app/environment
set +a
exec gunicorn app:app --workers 4
