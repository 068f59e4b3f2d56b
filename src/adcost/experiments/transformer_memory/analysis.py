"""What the rows of `transformer_memory` come to, for figures and claims alike; pandas only."""

from collections.abc import Mapping

import pandas as pd

from adcost.experiments.transformer_memory.formulas import activations
from adcost.experiments.transformer_memory.plan import OTHER_DTYPE, WITH, WITHOUT
from adcost.functions.gpt2_sizes import SIZES
from adcost.results.select import parameter, select, single
from adcost.statistics.intervals import Interval

SHOWN = {f"gpt2-{name}": f"GPT-2 {'XL' if name == 'xl' else name}" for name in SIZES}
"""The sizes by name, as a reader calls them."""


FORMULAS = {
    "zero_bytes": "zero",
    "korthikanti_bytes": "korthikanti",
    "operand_bytes": "operand",
    "scores_bytes": "scores",
    "checkpoint_bytes": "checkpoint",
}
"""The literature's formulas, by quantity."""


def joined(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The measurements, each with its point's ``kind`` and ``sequence``, and ``attention`` and
    ``dtype`` if any.
    """
    measured, points = tables["measurements"], tables["points"]
    more = {
        name: measured.point.map(parameter("transformer_memory", points, name))
        for name in ("kind", "sequence", "attention", "dtype")
    }
    return measured.assign(**more)


def of_kind(measured: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The rows of one kind of point: ``policy``, ``groups``, ``batch`` or ``resident``."""
    return select("transformer_memory", measured, kind=kind)


def formula(measured: pd.DataFrame) -> pd.Series:
    """GB (10⁹ bytes) by the literature's formulas, by the names of `FORMULAS`."""
    rows = of_kind(measured, "policy")
    rows = rows[rows.setting == "formula"]
    return rows.set_index("quantity").value.rename(FORMULAS) / 1e9


def model(measured: pd.DataFrame) -> str:
    """The transformer, its sequence and its batch, for the reader."""
    rows = of_kind(measured, "policy")
    name = rows.model.iloc[0]
    name = SHOWN.get(name, "The transformer configured")
    return f"{name}, sequence {rows.sequence.iloc[0]:,.0f}, batch {rows['size'].iloc[0]:.0f}"


def zero_says(measured: pd.DataFrame) -> tuple[float, float]:
    """ZeRO's GB without and with checkpoints: 60 and 8 for GPT-2 XL, sequence 1K, batch 32.

    For another transformer both are scaled by the formula that the 60 come from.
    """
    theirs = activations(SIZES["xl"], 1024, 32)["zero_bytes"] / 1e9
    scale = formula(measured).zero / theirs
    return 60 * scale, 8 * scale


def dtype(measured: pd.DataFrame) -> str:
    """The dtype of all settings but the comparison's."""
    rows = of_kind(measured, "policy")
    return str(rows["dtype"].iloc[0])


def policies(measured: pd.DataFrame) -> list[str]:
    """The policies measured, as the configuration orders them."""
    rows = of_kind(measured, "policy")
    return list(rows[rows.quantity == "kept_bytes"].method)


def gigabytes(
    measured: pd.DataFrame, policy: str, quantity: str, attention: str = "ordinary", in_: str = ""
) -> float:
    """A quantity in GB (10⁹ bytes); ``in_`` is the dtype, if not that of the section."""
    return value(measured, policy, quantity, attention, in_) / 1e9


def value(
    measured: pd.DataFrame, policy: str, quantity: str, attention: str = "ordinary", in_: str = ""
) -> float:
    """One quantity of a policy; it must have been measured."""
    setting = f"{attention}/{in_ or dtype(measured)}"
    labels = {"method": policy, "setting": setting, "quantity": quantity}
    return single("transformer_memory", of_kind(measured, "policy"), **labels)


def other_dtype(measured: pd.DataFrame) -> str:
    """The dtype that two policies were compiled in beside the section's."""
    return OTHER_DTYPE[dtype(measured)]


def extra_forwards(measured: pd.DataFrame, policy: str, attention: str = "ordinary") -> float:
    """Operations of the blocks beyond those of storing all, in passes forward."""
    beyond = value(measured, policy, "blocks_operations", attention) - value(
        measured, WITHOUT, "blocks_operations", "ordinary"
    )
    return beyond / value(measured, WITHOUT, "forward_operations", "ordinary")


def overhead(measured: pd.DataFrame, policy: str, attention: str = "ordinary") -> float:
    """The same, as a share of the operations of storing all."""
    stored = value(measured, WITHOUT, "blocks_operations", "ordinary")
    return value(measured, policy, "blocks_operations", attention) / stored - 1


def whole_overhead(measured: pd.DataFrame) -> float:
    """The same where every block is computed again whole."""
    stored = value(measured, WITHOUT, "blocks_operations", "ordinary")
    return value(measured, WITHOUT, "whole_operations") / stored - 1


def frontier(measured: pd.DataFrame) -> pd.DataFrame:
    """A checkpoint every block, by the sequences that a block takes at a time.

    ``gigabytes`` held by the blocks and ``overhead`` in operations; the least memory last.
    """
    rows = of_kind(measured, "groups").pivot(index="size", columns="quantity", values="value")
    stored = value(measured, WITHOUT, "blocks_operations", "ordinary")
    found = pd.DataFrame(
        {"gigabytes": rows.blocks_bytes / 1e9, "overhead": rows.blocks_operations / stored - 1}
    )
    return found.sort_values("gigabytes", ascending=False)


def before_any_batch(measured: pd.DataFrame) -> float:
    """GB of parameters, gradients and optimiser, in which no sequence is yet."""
    rows = of_kind(measured, "batch")
    return float(rows[rows.quantity == "fixed_bytes"].value.iloc[0] / 1e9)


def largest(measured: pd.DataFrame) -> pd.DataFrame:
    """Batches by memory: a row for each in GB; columns are (policy, attention)."""
    rows = of_kind(measured, "batch")
    rows = rows[rows.quantity == "largest_batch"]
    found = rows.pivot(index="size", columns=["method", "attention"], values="value")
    return found.sort_index().astype(int)


def times_larger(measured: pd.DataFrame) -> Interval:
    """The largest batch with a checkpoint every block over that without, where one fits."""
    found = largest(measured)
    with_, without = found[(WITH, "ordinary")], found[(WITHOUT, "ordinary")]
    fits = without > 0
    # A batch of none is not a factor; at least as much is said by one sequence that does not fit.
    ratios = with_[fits] / without[fits] if fits.any() else with_ / 1
    return Interval.spanning(ratios)


def proofs(measured: pd.DataFrame) -> tuple[Interval, Interval]:
    """Bytes over the memory: at the largest batches found, and at one more of each."""
    rows = of_kind(measured, "batch")
    share = rows.value / (rows["size"] * 1e9)
    held, more = (share[rows.quantity == name] for name in ("held_bytes", "next_bytes"))
    return Interval.spanning(held if len(held) else [0.0]), Interval.spanning(more)


def runs(measured: pd.DataFrame) -> pd.DataFrame:
    """Real steps, a row each: ``model, method, setting, predicted, peak`` in MB, and ``ratio``."""
    rows = of_kind(measured, "resident")
    keys = ["model", "method", "setting", "quantity"]
    rows = rows.assign(run=rows.groupby(keys).cumcount())
    wide = rows.pivot(index=[*keys[:-1], "run"], columns="quantity", values="value") / 1e6
    wide = wide.rename(columns={"predicted_bytes": "predicted", "peak_bytes": "peak"}).reset_index()
    return wide.assign(ratio=wide.peak / wide.predicted)


def settings(measured: pd.DataFrame) -> list[str]:
    """The settings that real steps were run in: ``default`` and ``bare`` on a CPU, else ``gpu``."""
    return list(dict.fromkeys(of_kind(measured, "resident").setting))


def peak_over_predicted(measured: pd.DataFrame, setting: str) -> Interval:
    """The ratio's range over all models, policies and repeats of a setting."""
    found = runs(measured)
    return Interval.spanning(found[found.setting == setting].ratio)
