import torch
from fastapi import FastAPI

memory = torch.cuda.memory_allocated()
app = FastAPI()
