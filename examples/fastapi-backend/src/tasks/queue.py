"""The Celery application: `celery -A src.tasks.queue worker`."""

from celery import Celery

from src.settings import get_settings

settings = get_settings()

celery_app = Celery(
    "backend",
    broker=settings.redis_url or "memory://",
    backend=settings.redis_url or "cache+memory://",
    include=["src.tasks.documents"],
)
celery_app.conf.update(
    task_always_eager=settings.redis_url is None,
    task_acks_late=True,
    task_time_limit=300,
    worker_prefetch_multiplier=1,
)
