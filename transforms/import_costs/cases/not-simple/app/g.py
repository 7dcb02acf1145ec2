import sklearn.ensemble
import sklearn.svm

def f():
    return sklearn.svm
