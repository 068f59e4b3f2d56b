"""Draw the figure of `second_order`."""

import matplotlib.pyplot as plt

from adcost import plotting
from adcost.palette import METHODS
from adcost.results.select import with_parameters


def draw(tables, folder):
    """The derivative's operations over the value's, for each length."""
    rows = with_parameters("second_order", tables["measurements"], tables["points"], "length")
    wide = rows.pivot(index="length", columns="method", values="operations")
    with plotting.style():
        figure, axis = plt.subplots()
        axis.plot(wide.index, wide.derivative / wide.value, **METHODS["forward_mode"].look())
        axis.set(xlabel="number of sines", ylabel="operations, derivative / value")
        axis.set(xscale="log", ylim=(0, None))
        plotting.save(figure, folder, "ratio")
