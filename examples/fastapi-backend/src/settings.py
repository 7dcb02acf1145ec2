"""Settings, read from the environment and from a `.env` file where there is one."""

from functools import lru_cache

from dotenv import load_dotenv
from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    environment: str = "development"
    log_level: str = "INFO"
    database_url: str = "sqlite+aiosqlite:///./backend.db"
    # Without Redis the rate limit is off and background tasks run in the request.
    redis_url: str | None = None
    requests_per_minute: int = 60
    llm_model: str = "gpt-4o-mini"
    llm_api_key: SecretStr | None = None
    langfuse_public_key: str | None = None
    langfuse_secret_key: SecretStr | None = None
    langfuse_host: str | None = None


@lru_cache
def get_settings() -> Settings:
    # libraries that read the environment themselves (litellm, langfuse) see the file too
    load_dotenv()
    return Settings()
