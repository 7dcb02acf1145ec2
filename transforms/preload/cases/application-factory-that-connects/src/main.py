import sqlite3

from fastapi import FastAPI


def create_app():
    app = FastAPI()
    app.state.connection = sqlite3.connect("app.db")
    return app
