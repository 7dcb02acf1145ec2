from .services import chat
from fastapi import APIRouter
router = APIRouter()
