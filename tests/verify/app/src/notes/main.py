"""A service of one answer, which says what it was started with."""

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """From the environment."""

    greeting: str = "hello"


settings = Settings()


async def app(scope, receive, send):
    """Answers every request alike."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": settings.greeting.encode()})
