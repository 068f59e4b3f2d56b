"""An experiment without Snakemake: all its points, one after the other, in this process.

For a notebook, the tests and the benchmark; the study itself goes through the workflow.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from adcost.results.points import points_table


def measure_all(experiment: str, section: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
    """The experiment's tables for its ``section`` of the configuration, as if gathered."""
    plan, measure = (
        import_module(f"adcost.experiments.{experiment}.{entry}") for entry in ("plan", "measure")
    )
    parts: dict[str, list[pd.DataFrame]] = {}
    prepared: dict[str, Mapping[str, np.ndarray]] = {}
    points = plan.points(section)
    for point in points:
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
    gathered = {table: pd.concat(rows, ignore_index=True) for table, rows in parts.items()}
    gathered["points"] = points_table({point.name: point.parameters for point in points})
    return gathered
