import flask
import hiredis
import psycopg
import redis
import requests
import socks
