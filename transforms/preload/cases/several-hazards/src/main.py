import asyncio

from fastapi import FastAPI
from pymongo import MongoClient

client = MongoClient("mongodb://db")
loop = asyncio.get_event_loop()
app = FastAPI()
