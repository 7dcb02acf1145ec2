#!/bin/sh
# WEB_CONCURRENCY is for the scheduler.
export WEB_CONCURRENCY=8
exec gunicorn app:app --workers 4
