"""The language model, behind litellm: which one is a setting."""

import litellm
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from src.ai.tracing import record
from src.settings import get_settings

litellm.telemetry = False
litellm.drop_params = True


@retry(
    retry=retry_if_exception_type((litellm.RateLimitError, litellm.APIConnectionError)),
    wait=wait_random_exponential(max=20),
    stop=stop_after_attempt(4),
    reraise=True,
)
async def complete(name: str, prompt: str) -> str:
    settings = get_settings()
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    response = await litellm.acompletion(
        model=settings.llm_model,
        api_key=key,
        messages=[{"role": "user", "content": prompt}],
        temperature=0,
    )
    answer = response.choices[0].message.content or ""
    record(name, prompt, answer, settings.llm_model)
    return answer
