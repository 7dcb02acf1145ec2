#!/bin/sh
exec uvicorn src.main:app --workers 4
