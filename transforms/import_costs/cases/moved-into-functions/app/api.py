"""Routes."""
import litellm  # the client
from pandas import (
    DataFrame,
    read_csv,
)
from fastapi import APIRouter

router = APIRouter()


@router.get("/answer")
async def answer(question: str):
    """Ask the model."""
    reply = await litellm.acompletion(model="m", messages=[question])
    return reply


class Report:
    def rows(self):
        # newest first
        def inner():
            return DataFrame(read_csv("x.csv"))
        return inner()

    def empty(self):
        return DataFrame()
