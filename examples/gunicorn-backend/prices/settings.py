"""Settings, from the environment."""

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "sqlite:///./prices.db"
    log_level: str = "INFO"
