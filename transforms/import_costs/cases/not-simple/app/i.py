import matplotlib

f = lambda: matplotlib.x
def g(): return matplotlib.y
