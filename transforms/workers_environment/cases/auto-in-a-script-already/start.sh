exec python /usr/local/lib/workers_from_limits.py -m gunicorn app:app
