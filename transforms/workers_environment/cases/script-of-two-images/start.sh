#!/bin/sh
exec uvicorn app:app --workers 4
