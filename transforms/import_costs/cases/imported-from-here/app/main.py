from app.tools import np
from app import exported, rebound
app = 1
