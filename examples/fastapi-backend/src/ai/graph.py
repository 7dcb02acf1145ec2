"""Summarise a text of any length: split it, summarise the parts, then the summaries."""

from typing import TypedDict

from langchain.prompts import PromptTemplate
from langchain.text_splitter import RecursiveCharacterTextSplitter
from langgraph.graph import END, START, StateGraph

from src.ai.models import complete
from src.settings import get_settings

PART = PromptTemplate.from_template("Summarise in at most three sentences:\n\n{text}")
WHOLE = PromptTemplate.from_template(
    "Merge these summaries of one text into one paragraph:\n\n{text}"
)
SPLITTER = RecursiveCharacterTextSplitter(chunk_size=8000, chunk_overlap=200)


class State(TypedDict, total=False):
    text: str
    parts: list[str]
    summary: str


async def summarise_parts(state: State) -> State:
    parts = SPLITTER.split_text(state["text"])
    return {"parts": [await complete("part", PART.format(text=part)) for part in parts]}


async def merge(state: State) -> State:
    if len(state["parts"]) == 1:
        return {"summary": state["parts"][0]}
    return {"summary": await complete("merge", WHOLE.format(text="\n\n".join(state["parts"])))}


def build_graph():
    graph = StateGraph(State)
    graph.add_node("summarise_parts", summarise_parts)
    graph.add_node("merge", merge)
    graph.add_edge(START, "summarise_parts")
    graph.add_edge("summarise_parts", "merge")
    graph.add_edge("merge", END)
    return graph.compile()


GRAPH = build_graph()


async def summarise(text: str) -> str:
    if get_settings().llm_model == "none":
        # tests, and a developer without a key: the first sentence has to do
        return text.split(". ")[0]
    state = await GRAPH.ainvoke({"text": text})
    return state["summary"]
