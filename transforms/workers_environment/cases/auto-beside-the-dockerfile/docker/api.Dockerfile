FROM python:3.13-slim
COPY . .
CMD ["uvicorn", "app:app", "--workers", "2"]
