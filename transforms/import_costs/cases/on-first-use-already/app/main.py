def handler():
    import torch
    return torch
app = handler
