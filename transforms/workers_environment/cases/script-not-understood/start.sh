#!/bin/sh
gunicorn app:app -w 4
if [ -e /tmp/stop ]; then
