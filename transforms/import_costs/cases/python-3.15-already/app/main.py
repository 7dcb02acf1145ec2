lazy import torch
lazy from pandas import DataFrame
import os


def app():
    return torch.x, DataFrame, os
