import greenlet
import sqlalchemy.ext.asyncio
