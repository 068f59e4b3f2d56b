"""Every key of the configuration, given something else: run or refused by name, never a crash."""

import copy
import math
from pathlib import Path

import pytest
import yaml

from adcost.study import plans, schema

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "workflow/schemas"
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
OTHER = (None, [], {}, math.nan, -math.inf, "nonsense", True, -1, 0, 1e300, 10**30, [None])
"""What a key is given in place of its value: other types, edges of ranges, what no range has."""


def _places(value, path=()):
    """The path of everything in the configuration, from the top."""
    if path:
        yield path
    items = enumerate(value) if isinstance(value, list) else ()
    for key, inner in value.items() if isinstance(value, dict) else items:
        yield from _places(inner, (*path, key))


def _changed(section, path, change):
    """The configuration with one experiment (or all keys but sections), changed at a place."""
    config = copy.deepcopy({k: v for k, v in CONFIG.items() if k not in CONFIG["experiments"]})
    experiment = section if section in CONFIG["experiments"] else "finite_differences"
    config |= {"experiments": [experiment], experiment: copy.deepcopy(CONFIG[experiment])}
    inside = config
    for key in path[:-1]:
        inside = inside[key]
    change(inside, path[-1])
    return config


def _said(config):
    """What is said against a configuration; nothing if it can be run."""
    try:
        plans.plans(config, SCHEMAS)
    except plans.ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("section", CONFIG)
def test_whatever_a_key_is_given_is_run_or_refused_by_name(section):
    refused = 0
    for path in _places(CONFIG[section], (section,)):
        if section == "experiments" and len(path) > 1:
            continue
        for value in OTHER:
            said = _said(_changed(section, path, lambda inside, key, v=value: _set(inside, key, v)))
            assert not said or section in said, (path, value, said)
            refused += bool(said)
        # None and infinity are nothing that any key can be.
        for value in (None, -math.inf):
            said = _said(_changed(section, path, lambda inside, key, v=value: _set(inside, key, v)))
            assert schema.key_of(path) in said, (path, value, said)
    assert refused > 5


def _set(inside, key, value):
    inside[key] = value


@pytest.mark.parametrize("section", CONFIG)
def test_a_key_too_many_or_too_few_is_named(section):
    for path in _places(CONFIG[section], (section,)):
        if isinstance(path[-1], int) or section == "experiments":
            continue
        said = _said(_changed(section, path, lambda inside, key: inside.pop(key)))
        assert not said or str(path[-1]) in said or section in said, (path, said)
        said = _said(_changed(section, path, _misspell))
        # Names that the user gives, of networks or regions, may be any.
        assert not said or f"{path[-1]}x" in said or str(path[-1]) in said, (path, said)


def _misspell(inside, key):
    inside[f"{key}x"] = inside.pop(key)
