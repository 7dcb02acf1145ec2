from app import a, b, c, d, e, f, g, h, i
