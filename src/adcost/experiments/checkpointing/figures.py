"""Draw the figures of `checkpointing` from its tables."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from adcost import plotting
from adcost.experiments.checkpointing import chain_animation, chain_figures, transformer_figures


def draw(tables: Mapping[str, pd.DataFrame], folder: Path | str) -> None:
    """Write every figure of the plan as SVG and PDF, and the animation with its poster."""
    with plotting.style():
        chain_figures.draw(tables, folder)
        transformer_figures.draw(tables, folder)
    chain_animation.draw(tables["measurements"], folder)
