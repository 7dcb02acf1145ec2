FROM python:3.13
COPY .venv /opt/venv
COPY app /app
