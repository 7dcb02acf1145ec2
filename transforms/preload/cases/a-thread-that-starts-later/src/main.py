import threading

from fastapi import FastAPI

app = FastAPI()


@app.on_event("startup")
def start():
    threading.Thread(target=print).start()
