import httpx
import starlette.applications
import tenacity
import uvicorn
import uvloop
