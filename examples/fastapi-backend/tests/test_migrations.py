from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect

from src.db.models import Base
from src.settings import get_settings


def test_the_migrations_make_the_tables_of_the_models(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/migrated.db")
    get_settings.cache_clear()
    command.upgrade(Config("alembic.ini"), "head")
    get_settings.cache_clear()
    found = inspect(create_engine(f"sqlite:///{tmp_path}/migrated.db")).get_columns("documents")
    assert {c["name"] for c in found} == set(Base.metadata.tables["documents"].columns.keys())
