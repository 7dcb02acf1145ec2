import litellm; x = 1

def f():
    return litellm.x
