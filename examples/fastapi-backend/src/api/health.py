"""Is the process alive, can it work, and how is it doing."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from src import metrics

router = APIRouter(tags=["operations"])


@router.get("/health")
async def health() -> dict[str, str]:
    """Liveness: touches neither the database nor Redis."""
    return {"status": "ok"}


@router.get("/ready")
async def ready(request: Request, response: Response) -> dict[str, str]:
    """Readiness: 503 while the database or Redis cannot be reached."""
    state = {"database": "ok", "redis": "off"}
    try:
        async with request.app.state.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:  # noqa: BLE001  (whatever the driver raises means: not ready)
        state["database"] = type(error).__name__
        response.status_code = 503
    if request.app.state.cache is not None:
        try:
            await request.app.state.cache.ping()
            state["redis"] = "ok"
        except Exception as error:  # noqa: BLE001
            state["redis"] = type(error).__name__
            response.status_code = 503
    return state


@router.get("/metrics", include_in_schema=False)
async def scrape() -> Response:
    return Response(metrics.render(), media_type=CONTENT_TYPE_LATEST)
