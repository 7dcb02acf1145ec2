import fastapi
import pandas
import redis
import scipy.sparse
import sklearn.linear_model
import uvicorn
