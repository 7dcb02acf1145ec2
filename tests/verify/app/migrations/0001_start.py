"""The first state of the database."""

REVISION = "0001"
