export WEB_CONCURRENCY=$(( $(nproc) * 2 ))
exec gunicorn app:app
