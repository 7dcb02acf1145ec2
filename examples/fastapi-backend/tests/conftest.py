import os

# before anything of the application is imported: settings are read once
os.environ.update(LLM_MODEL="none", LITELLM_LOCAL_MODEL_COST_MAP="True")
os.environ.pop("REDIS_URL", None)

import pytest
from fastapi.testclient import TestClient

from src.settings import get_settings


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/test.db")
    get_settings.cache_clear()
    from src.main import app

    with TestClient(app) as client:
        yield client
    get_settings.cache_clear()
