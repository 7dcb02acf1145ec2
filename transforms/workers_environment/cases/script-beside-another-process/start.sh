celery -A app worker &
uvicorn app:app --workers 4
