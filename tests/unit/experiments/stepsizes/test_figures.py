import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.text import Text

from adcost.experiments.stepsizes import figures


def test_a_beta_that_diverged_is_drawn_within_the_range_of_floats(measured, diverged):
    tables = {}
    for name in ("measurements", "curves"):
        kept = measured[name][measured[name].point != "homework"]
        tables[name] = pd.concat([diverged[name], kept], ignore_index=True)
    measurements, curves = tables["measurements"], tables["curves"]
    for figure in (
        figures._learning(measurements, curves, 3.0),
        figures._steps(measurements, 3.0),
        figures._descent(curves, 3.0),
        figures._minimum(measurements, 3.0),
    ):
        figure.canvas.draw()
        written = [text.get_text() for text in figure.findobj(Text)]
        assert any(text.startswith("β = 3/C") for text in written)
        assert "guaranteed" not in written
        for line in figure.findobj(Line2D):
            assert np.isfinite(np.asarray(line.get_xydata(), dtype=float)).all()
        plt.close(figure)
