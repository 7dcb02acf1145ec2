exec gunicorn app:app >> /var/log/app.log --workers 4
