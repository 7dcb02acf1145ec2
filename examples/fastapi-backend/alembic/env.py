"""Runs the migrations with the application's own database address."""

import asyncio
from logging.config import fileConfig

from alembic import context
from sqlalchemy import Connection

from src.db.models import Base
from src.db.session import make_engine
from src.settings import get_settings

if context.config.config_file_name is not None:
    fileConfig(context.config.config_file_name)


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def run_online() -> None:
    engine = make_engine(get_settings().database_url)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


if context.is_offline_mode():
    context.configure(
        url=get_settings().database_url, target_metadata=Base.metadata, literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(run_online())
