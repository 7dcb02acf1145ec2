from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import declarative_base

Base = declarative_base()
engine = create_engine("postgresql://db/app")
Base.metadata.create_all(bind=engine)
app = FastAPI()
