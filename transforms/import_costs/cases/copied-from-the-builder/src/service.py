from langgraph import graph

def app():
    return graph.x
