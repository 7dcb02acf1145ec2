#!/bin/bash
python -m src.migrate
gunicorn src.main:app -w 4 -b 0.0.0.0:8000 --preload
