import flask
import hiredis
import networkx
import redis
