"""The next price: the line through those that there are."""

import numpy


def next_price(amounts: list[float]) -> float:
    if len(amounts) < 2:
        return amounts[-1]
    slope, start = numpy.polyfit(range(len(amounts)), amounts, 1)
    return round(float(start + slope * len(amounts)), 2)
