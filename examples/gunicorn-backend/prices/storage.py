"""Prices in the database. The engine connects on first use, in each worker for itself."""

from datetime import UTC, datetime

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Price(Base):
    __tablename__ = "prices"

    id: Mapped[int] = mapped_column(primary_key=True)
    article: Mapped[str] = mapped_column(index=True)
    amount: Mapped[float]
    at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


def make_engine(url: str) -> Engine:
    engine = create_engine(url, pool_pre_ping=True)
    Base.metadata.create_all(engine)
    return engine


def add(engine: Engine, article: str, amount: float) -> None:
    with Session(engine) as session:
        session.add(Price(article=article, amount=amount))
        session.commit()


def amounts(engine: Engine, article: str) -> list[float]:
    with Session(engine) as session:
        return list(session.scalars(select(Price.amount).where(Price.article == article).order_by(Price.at)))
