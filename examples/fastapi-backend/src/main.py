"""FastAPI entry point: `uvicorn src.main:app`."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import ORJSONResponse

from src import metrics
from src.ai.tracing import flush_traces
from src.api import documents, health, summaries
from src.cache import make_cache
from src.db.session import create_missing_tables, make_engine, make_session_factory
from src.logs import configure_logs
from src.settings import get_settings

log = structlog.get_logger()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = get_settings()
    configure_logs(settings.log_level, pretty=settings.environment == "development")
    app.state.engine = make_engine(settings.database_url)
    app.state.sessions = make_session_factory(app.state.engine)
    app.state.cache = make_cache(settings.redis_url)
    if app.state.engine.dialect.name == "sqlite":
        # a developer's database; anything else is migrated by alembic
        await create_missing_tables(app.state.engine)
    log.info("started", environment=settings.environment)
    yield
    flush_traces()
    if app.state.cache is not None:
        await app.state.cache.aclose()
    await app.state.engine.dispose()
    log.info("stopped")


app = FastAPI(title="Document service", lifespan=lifespan, default_response_class=ORJSONResponse)
app.include_router(health.router)
app.include_router(documents.router)
app.include_router(summaries.router)


@app.middleware("http")
async def measure(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    began = time.perf_counter()
    response = await call_next(request)
    route = getattr(request.scope.get("route"), "path", "unmatched")
    metrics.REQUESTS.labels(request.method, route, response.status_code).inc()
    metrics.LATENCY.labels(route).observe(time.perf_counter() - began)
    return response
