"""Waits for work."""

import time

import click
import shared

click.echo(f"worker of {shared.PORT}")
while True:
    time.sleep(1)
