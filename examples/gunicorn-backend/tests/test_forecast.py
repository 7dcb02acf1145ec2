from prices.forecast import next_price


def test_the_line_goes_on():
    assert next_price([1.0, 2.0, 3.0]) == 4.0


def test_a_single_price_stays():
    assert next_price([2.5]) == 2.5
