"""How real steps are run and their memory is read, by platform; a stand-in for a GPU's device."""

from types import SimpleNamespace

import jax
import pytest

from adcost.experiments.transformer_memory import resident
from adcost.functions.gpt2_sizes import Size
from adcost.results.rows import Rows

PARAMETERS = {"sequence": 8, "batch": 2, "policy": "store_all", "repeats": 2}


@pytest.mark.parametrize(
    ("platform", "settings", "others"),
    [("cpu", ["default", "bare"], "--xla_gpu"), ("gpu", ["gpu"], "--xla_cpu")],
)
def test_settings_and_flags_are_those_of_the_platform(platform, settings, others, monkeypatch):
    ran = []

    def fresh(asked, flags):
        ran.append((asked["one_thread"], flags))
        return {"predicted_bytes": 1.0, "peak_bytes": 2.0}

    monkeypatch.setattr(jax, "default_backend", lambda: platform)
    monkeypatch.setattr(resident, "_fresh", fresh)
    rows = Rows("resident-flat-store_all", "flat")
    resident.compare(rows, Size(2, 8, 2, 16), PARAMETERS, 1, "resident-flat-store_all")
    assert list(dict.fromkeys(rows.table().setting)) == settings
    assert len(ran) == PARAMETERS["repeats"] * len(settings)
    assert all(others not in flags for _, flags in ran)
    assert [one for one, _ in ran[:: PARAMETERS["repeats"]]] == [s == "bare" for s in settings]


def test_flags_go_beside_those_that_were_set(monkeypatch):
    seen = {}

    def run(command, env, **_):
        seen.update(env)
        return SimpleNamespace(returncode=0, stdout='{"peak_bytes": 1}')

    monkeypatch.setenv("XLA_FLAGS", "--before")
    monkeypatch.setattr(resident.subprocess, "run", run)
    resident._fresh({}, "--after")
    assert seen["XLA_FLAGS"] == "--before --after"


def test_on_a_gpu_memory_is_its_allocators():
    stats = {"bytes_in_use": 3, "peak_bytes_in_use": 7}
    device = SimpleNamespace(memory_stats=lambda: stats)
    assert (resident._reset(device), resident._peak(device)) == (3, 7)
