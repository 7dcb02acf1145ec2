import asyncio

from src.ai import graph


def test_a_long_text_is_summarised_in_parts_and_merged(monkeypatch):
    asked = []

    async def complete(name, prompt):
        asked.append(name)
        return name

    monkeypatch.setattr(graph, "complete", complete)
    state = asyncio.run(graph.build_graph().ainvoke({"text": "word " * 3000}))
    assert asked == ["part", "part", "merge"]
    assert state["summary"] == "merge"
