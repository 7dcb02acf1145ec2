from threading import Thread

from fastapi import FastAPI

app = FastAPI()
Thread(target=print, daemon=True).start()
