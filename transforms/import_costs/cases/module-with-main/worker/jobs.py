import nltk

def f():
    return nltk.x
