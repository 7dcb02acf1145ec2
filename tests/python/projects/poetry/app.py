import httpx
import idna
import networkx
import sqlalchemy
import starlette
import uvicorn
import watchfiles
