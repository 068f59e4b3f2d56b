"""Measure one point: of the chain (`chain`) or of the transformer (`transformer`)."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from adcost.experiments.checkpointing import chain, transformer


def measure(point: str, parameters: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """One point's tables, as its module describes them."""
    of_chain = parameters["kind"] in ("chain", "animation")
    return (chain if of_chain else transformer).measure(point, parameters, seed)
