import polars

def f(x: polars.DataFrame):
    return polars.x
