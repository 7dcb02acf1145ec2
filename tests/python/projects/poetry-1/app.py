import coverage
import flask
import tenacity
