import torch


def app():
    return torch.zeros(1)
