"""Background work on documents."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import structlog

from src.ai.graph import summarise
from src.db.models import Document
from src.db.session import make_engine, make_session_factory
from src.settings import get_settings
from src.tasks.queue import celery_app

log = structlog.get_logger()


async def _summarise(document_id: int) -> str | None:
    engine = make_engine(get_settings().database_url)
    try:
        async with make_session_factory(engine)() as session:
            document = await session.get(Document, document_id)
            if document is None:
                log.warning("document vanished", document_id=document_id)
                return None
            document.summary = await summarise(document.text)
            await session.commit()
            return document.summary
    finally:
        await engine.dispose()


@celery_app.task(name="summarise_document")
def summarise_document(document_id: int) -> str | None:
    # A thread of its own: run eagerly, the caller's thread already has a running event loop.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, _summarise(document_id)).result()
