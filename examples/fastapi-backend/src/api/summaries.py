"""Ask for a summary; it is made in the background and kept with the document."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from src.cache import limit_rate
from src.db.models import Document
from src.db.session import get_session
from src.tasks.documents import summarise_document

router = APIRouter(prefix="/documents", tags=["summaries"], dependencies=[Depends(limit_rate)])
Session = Annotated[AsyncSession, Depends(get_session)]


class Summary(BaseModel):
    document_id: int
    summary: str | None


async def find(document_id: int, session: AsyncSession) -> Document:
    document = await session.get(Document, document_id)
    if document is None:
        raise HTTPException(404, f"no document {document_id}")
    return document


@router.post("/{document_id}/summary", status_code=202)
async def request_summary(document_id: int, session: Session) -> Summary:
    document = await find(document_id, session)
    summarise_document.delay(document.id)
    return Summary(document_id=document.id, summary=document.summary)


@router.get("/{document_id}/summary")
async def read_summary(document_id: int, session: Session) -> Summary:
    document = await find(document_id, session)
    return Summary(document_id=document.id, summary=document.summary)
