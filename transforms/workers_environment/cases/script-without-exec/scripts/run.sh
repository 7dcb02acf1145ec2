#!/bin/sh
cd /srv
uvicorn app.main:app --host 0.0.0.0 --workers=2
