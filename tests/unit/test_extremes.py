"""What a key multiplies shows in the memory that its point declares, or is refused by name."""

import copy
from pathlib import Path

import pytest
import yaml

from adcost.study import plans, schema

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "workflow/schemas"
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))

MULTIPLIED = [
    ("not_autodiff.samples", 10_000, "maps"),
    ("not_autodiff.timing.samples", 10_000_000, "time"),
    ("hvp.homework_init.draws", 1_000, "homework-init"),
    ("hvp.homework_init.layers", [10, 100, 100_000], "homework-init"),
    ("hvp.homework_init.width", 100, "homework-init"),
    ("hvp.large.width", 5_000, "large-"),
    ("hutchinson.dense.diagonal", [10, 100, 100_000], "dense-initial"),
    ("hutchinson.influence.chunk", 100_000, "influence"),
    ("hutchinson.influence.size", 5_000, "influence"),
    ("hutchinson.large.chunk", 100, "large-initial"),
    ("zero_order.rate.runs", 10_000, "smooth"),
    ("zero_order.stochastic.runs.coordinates", 10_000_000, "stochastic"),
    ("jacobian.elimination.states", 10_000_000, "graphs"),
    ("jacobian.inputs", 400, "sweep-linear"),
    ("checkpointing.batch", 5_000, "chain-4096"),
    ("stepsizes.perturbations", 100_000, "homework"),
    ("linear_algebra.sizes", [4, 8, 2_000], "cost"),
    ("finite_differences.points", 10_000, "accuracy"),
    ("feedforward.networks[0].batch", 100_000, "networks"),
    ("gradient.functions.network.all_methods_up_to", 20_000, "network"),
    ("mds.max_evaluations", 10_000_000, "europe-15"),
    ("spectrum.networks.resnet.images", 1_024, "resnet-epoch-0-probe-0"),
    ("spectrum.networks.resnet.options.channels", [64, 64, 64], "resnet-epoch-0-probe-0"),
    ("spectrum.networks.perceptron.options.hidden", [20], "perceptron-epoch-0-dense"),
    ("transformer_memory.resident.models.deep.width", 1_024, "resident-deep"),
    ("linear_algebra.recovery.steps", 100_000, "recovery"),
    ("second_order.pairs", 1_000, "convex-32768"),
    ("second_order.dense_up_to", 20_000, "convex-4096"),
    ("second_order.convex.dimensions", [16, 256, 1_048_576], "convex"),
    ("second_order.network.widths", [4, 100_000], "network"),
    ("implicit.layer.examples", 1_000, "layer"),
    ("implicit.layer.width", 64, "layer"),
    ("implicit.layer.gain", 0.9999, "layer"),
    ("implicit.singular.steps", 100_000, "singular"),
    ("implicit.step_sizes.dimension", 1_000_000, "step_sizes"),
    ("sparse.dense", 1_024, "jacobian-arrow"),
    ("sparse.time.sizes", [16, 4_096], "time-jacobian"),
    ("price.memory_mb", 4_000, "mixture"),
]
"""A key, what it is given, and a point that then needs more."""


def _with(key, value):
    """The configuration of one experiment, with any memory allowed and one key changed.

    A number for the key of a list stands for its largest item, or for its least if it is less.
    """
    path = key.replace("[0]", ".0").split(".")
    config = copy.deepcopy(CONFIG) | {"experiments": [path[0]], "memory_mb": 10**9}
    inside = config
    for part in path[:-1]:
        inside = inside[int(part) if part.isdecimal() else part]
    if isinstance(there := inside.get(path[-1]), list) and not isinstance(value, list):
        numbers = [one for one in there if isinstance(one, int | float)] or [0]
        value = [value, *there[1:]] if value <= min(numbers) else [*there[:-1], value]
    inside[path[-1]] = value
    return config


def _memory(config, point):
    (plan,) = plans.plans(config, SCHEMAS).values()
    return max(p.memory_mb for name, p in plan.points.items() if name.startswith(point))


@pytest.mark.parametrize(("key", "value", "point"), MULTIPLIED)
def test_what_a_key_multiplies_is_declared_and_refused(key, value, point):
    experiment = key.partition(".")[0]
    usual = _memory(CONFIG | {"experiments": [experiment], "memory_mb": 10**9}, point)
    needed = _memory(_with(key, value), point)
    assert needed > usual
    config = _with(key, value) | {"memory_mb": needed - 1}
    with pytest.raises(plans.ConfigError, match=rf"{experiment}.*memory_mb allows"):
        plans.plans(config, SCHEMAS)


def test_what_no_64_bits_count_is_refused_before_the_compiler_aborts():
    config = _with("transformer_memory.batch", 100_000)
    config["transformer_memory"]["sequence"] = 1_000_000
    with pytest.raises(plans.ConfigError, match=r"transformer_memory: a step of 100,000 .*Lower"):
        plans.plans(config, SCHEMAS)


def _numbers(section, config, key=""):
    """Every number of the schemas, with its bounds; of names of one's choice, the study's."""
    kinds = section.schema.get("type", ())
    if {"integer", "number"} & {*([kinds] if isinstance(kinds, str) else kinds)}:
        yield key, section
    elif isinstance(config, list) and not isinstance(config[0] if config else None, dict):
        yield from _numbers(section.items, None, key)
    own = section.schema.get("additionalProperties") and isinstance(config, dict)
    for name in [*section.schema.get("properties", {}), *(config if own else ())]:
        inside = config.get(name) if isinstance(config, dict) else None
        yield from _numbers(section[name], inside, f"{key}.{name}".lstrip("."))


NUMBERS = dict(_numbers(schema.Section(SCHEMAS), CONFIG))


@pytest.mark.parametrize("bound", ["minimum", "maximum"])
def test_each_end_of_each_range_is_planned_or_refused_by_its_section(bound):
    tried = 0
    for key, section in NUMBERS.items():
        if bound not in section.schema or "." not in key or ".own." in key:
            continue
        tried += 1
        try:
            plans.plans(_with(key, section.schema[bound]), SCHEMAS)
        except plans.ConfigError as error:
            experiment = key.partition(".")[0]
            assert all(experiment in line for line in str(error).splitlines()[1:]), str(error)
    assert tried > 50


def test_numbers_of_what_has_a_name_of_ones_choice_are_among_them():
    models = CONFIG["transformer_memory"]["resident"]["models"]
    assert {f"transformer_memory.resident.models.{name}.batch" for name in models} <= {*NUMBERS}
    assert "spectrum.networks.resnet.options.channels" in NUMBERS
    assert {"hvp.layers", "implicit.steps", "sparse.time.sizes"} <= {*NUMBERS}
