import psycopg2
from fastapi import APIRouter

router = APIRouter()
connection = psycopg2.connect("dbname=app")
