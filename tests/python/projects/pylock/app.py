import flask
import httpx
import numpy
