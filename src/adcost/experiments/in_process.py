"""An experiment without Snakemake: all its points, one after the other, in this process.

For a notebook, the tests and the benchmark; the study itself goes through the workflow.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd


def measure_all(experiment: str, section: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """The experiment's tables for its ``section`` of the configuration, as if gathered."""
    plan, measure = (
        import_module(f"adcost.experiments.{experiment}.{entry}") for entry in ("plan", "measure")
    )
    parts: dict[str, list[pd.DataFrame]] = {}
    prepared: dict[str, Mapping[str, np.ndarray]] = {}
    for point in plan.points(section):
        needs = {name: prepared[name] for name in point.needs}
        if point.prepares:
            prepare = import_module(f"adcost.experiments.{experiment}.prepare").prepare
            tables, prepared[point.name] = prepare(point.name, point.parameters, seed, needs)
        else:
            # As the workflow's script does: the fourth argument only where there is something.
            more = (needs,) if needs else ()
            tables = measure.measure(point.name, point.parameters, seed, *more)
        for table, rows in tables.items():
            parts.setdefault(table, []).append(rows)
    return {table: pd.concat(rows, ignore_index=True) for table, rows in parts.items()}
