set -e
python -m migrations

if [ "$MODE" = "development" ]; then
  uvicorn app:app --reload
elif [ "$MODE" = "threads" ]; then
  # threads suffice for the old clients
  exec gunicorn app:app \
    --worker-class gthread \
    --workers "${WEB_CONCURRENCY:-3}" \
    --threads 8
else
  gunicorn app:app -k uvicorn_worker.UvicornWorker -w 3
fi
