"""Traces of model calls in Langfuse, where its keys are set."""

from functools import lru_cache

from langfuse import Langfuse

from src.settings import get_settings


@lru_cache
def get_tracer() -> Langfuse | None:
    settings = get_settings()
    if settings.langfuse_public_key is None or settings.langfuse_secret_key is None:
        return None
    return Langfuse(
        public_key=settings.langfuse_public_key,
        secret_key=settings.langfuse_secret_key.get_secret_value(),
        host=settings.langfuse_host,
    )


def record(name: str, prompt: str, answer: str, model: str) -> None:
    tracer = get_tracer()
    if tracer is not None:
        tracer.generation(name=name, input=prompt, output=answer, model=model)


def flush_traces() -> None:
    if (tracer := get_tracer()) is not None:
        tracer.flush()
