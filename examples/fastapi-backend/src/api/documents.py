"""Store documents: as JSON, as an uploaded text file, or fetched from an address."""

from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, HTTPException, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field, HttpUrl
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from src.cache import limit_rate
from src.db.models import Document
from src.db.session import get_session

router = APIRouter(prefix="/documents", tags=["documents"], dependencies=[Depends(limit_rate)])
Session = Annotated[AsyncSession, Depends(get_session)]


class NewDocument(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1)


class Address(BaseModel):
    url: HttpUrl


class StoredDocument(NewDocument):
    model_config = ConfigDict(from_attributes=True)
    id: int
    words: int


async def store(session: AsyncSession, title: str, text: str) -> Document:
    document = Document(title=title, text=text, words=len(text.split()))
    session.add(document)
    await session.commit()
    return document


@router.post("", status_code=201, response_model=StoredDocument)
async def create(new: NewDocument, session: Session) -> Document:
    return await store(session, new.title, new.text)


@router.post("/upload", status_code=201, response_model=StoredDocument)
async def upload(file: UploadFile, session: Session) -> Document:
    try:
        text = (await file.read()).decode()
    except UnicodeDecodeError as error:
        raise HTTPException(415, "only UTF-8 text files are taken") from error
    return await store(session, file.filename or "upload", text)


@router.post("/fetch", status_code=201, response_model=StoredDocument)
async def fetch(address: Address, session: Session) -> Document:
    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(httpx.TransportError),
            wait=wait_exponential(max=4),
            stop=stop_after_attempt(3),
            reraise=True,
        ):
            with attempt:
                async with httpx.AsyncClient(follow_redirects=True, timeout=10) as client:
                    answer = await client.get(str(address.url))
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise HTTPException(502, f"the address did not answer: {error}") from error
    return await store(session, str(address.url)[:200], answer.text)


@router.get("", response_model=list[StoredDocument])
async def list_documents(session: Session, limit: int = 50) -> list[Document]:
    newest = select(Document).order_by(Document.id.desc()).limit(min(limit, 200))
    return list((await session.scalars(newest)).all())


@router.get("/{document_id}", response_model=StoredDocument)
async def read(document_id: int, session: Session, request: Request) -> Document:
    document = await session.get(Document, document_id)
    if document is None:
        raise HTTPException(404, f"no document at {request.url.path}")
    return document
