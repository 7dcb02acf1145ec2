import networkx
import requests
import socks
import sqlalchemy
import starlette
import uvicorn
