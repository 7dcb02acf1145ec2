"""The Redis client, and the rate limit that is kept in it."""

import time

import redis.asyncio as redis
from fastapi import HTTPException, Request

from src.settings import get_settings


def make_cache(url: str | None) -> redis.Redis | None:
    return redis.Redis.from_url(url) if url else None


async def limit_rate(request: Request) -> None:
    """FastAPI dependency: 429 above `requests_per_minute` for one client address."""
    cache: redis.Redis | None = request.app.state.cache
    if cache is None or request.client is None:
        return
    key = f"rate:{request.client.host}:{int(time.time() // 60)}"
    count = await cache.incr(key)
    if count == 1:
        await cache.expire(key, 60)
    if count > get_settings().requests_per_minute:
        raise HTTPException(429, "too many requests, try again in a minute")
