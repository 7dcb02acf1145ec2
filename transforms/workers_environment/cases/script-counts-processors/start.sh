#!/bin/sh
exec gunicorn app:app --workers $(( 2 * $(nproc) + 1 ))
