import click
import fastapi
import redis
