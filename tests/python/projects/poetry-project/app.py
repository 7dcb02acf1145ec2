import fastapi
import hiredis
import redis
