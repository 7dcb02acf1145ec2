FROM python:3.13-slim
COPY services/api /app
