#!/bin/sh
WORKERS=${WORKERS:-4}
exec gunicorn app:app --workers "$WORKERS"
