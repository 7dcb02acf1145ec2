#!/bin/sh
exec gunicorn app:app -w 4 --workers 8
