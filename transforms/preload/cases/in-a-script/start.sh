#!/bin/sh
exec gunicorn src.main:app \
  -k uvicorn_worker.UvicornWorker \
  -w 4 -b 0.0.0.0:8000
