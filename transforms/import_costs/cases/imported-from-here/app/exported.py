import pandas
__all__ = ["f"]

def f():
    return pandas.x
