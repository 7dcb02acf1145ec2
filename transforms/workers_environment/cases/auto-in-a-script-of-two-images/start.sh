exec gunicorn app:app -w 4
