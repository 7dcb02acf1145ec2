import torch

MODEL = torch.load("m")


def app():
    return torch.x
