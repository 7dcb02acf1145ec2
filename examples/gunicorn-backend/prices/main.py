"""The application: `gunicorn prices.main:app -k uvicorn_worker.UvicornWorker`."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI, HTTPException, Request
from prometheus_client import Counter
from pydantic import BaseModel

from prices import storage
from prices.forecast import next_price
from prices.settings import Settings

log = structlog.get_logger()
STORED = Counter("prices_stored", "Prices that were stored")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = Settings()
    logging.basicConfig(level=settings.log_level)
    # here and not above: each worker has connections of its own
    app.state.engine = storage.make_engine(settings.database_url)
    log.info("started")
    yield
    app.state.engine.dispose()


app = FastAPI(title="Price service", lifespan=lifespan)


class NewPrice(BaseModel):
    amount: float


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/articles/{article}/prices", status_code=201)
def store(article: str, price: NewPrice, request: Request) -> dict[str, float]:
    storage.add(request.app.state.engine, article, price.amount)
    STORED.inc()
    return {"amount": price.amount}


@app.get("/articles/{article}/forecast")
def forecast(article: str, request: Request) -> dict[str, float]:
    amounts = storage.amounts(request.app.state.engine, article)
    if not amounts:
        raise HTTPException(404, "no price of this article is known")
    return {"amount": next_price(amounts)}
