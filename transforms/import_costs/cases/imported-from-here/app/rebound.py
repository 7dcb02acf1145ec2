import scipy

def f():
    return scipy.x

del scipy
