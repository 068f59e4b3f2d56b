"""Judge the claim of `second_order`."""

from adcost.claims import Claim, at_most
from adcost.results.select import with_parameters
from adcost.statistics.intervals import Interval


def _ratios(tables):
    rows = with_parameters("second_order", tables["measurements"], tables["points"], "length")
    wide = rows.pivot(index="length", columns="method", values="operations")
    return wide.derivative / wide.value


def judge(tables):
    """The derivative costs at most four times the value, at every length."""
    evidence = at_most("counted", Interval.spanning(_ratios(tables), "lengths"), 4, "values")
    return [
        Claim(
            id="second_order.constant",
            source="«Прямой режим автоматического дифференцирования»",
            statement="The derivative of nested sines costs a small constant times the function.",
            requires=(evidence,),
            figure="ratio",
            claimed_by="lecture",
        )
    ]


def numbers(tables):
    """Numbers for the report's text."""
    return {"largest_ratio": float(_ratios(tables).max())}
