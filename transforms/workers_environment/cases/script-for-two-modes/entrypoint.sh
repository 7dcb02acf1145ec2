if [ "$MODE" = "development" ]; then
  uvicorn app:app --reload
else
  gunicorn app:app -k uvicorn_worker.UvicornWorker -w 3
fi
