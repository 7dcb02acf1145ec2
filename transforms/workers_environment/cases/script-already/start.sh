#!/bin/sh
exec uvicorn app:app --workers "${WEB_CONCURRENCY:-4}"
