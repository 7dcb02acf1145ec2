import threading

from fastapi import FastAPI

app = FastAPI()
threading.Thread(target=print, daemon=True).start()
