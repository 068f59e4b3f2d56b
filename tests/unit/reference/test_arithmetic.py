"""Whether two runs were computed alike, and what is said where they were not."""

import copy

import pytest

from adcost.reference.arithmetic import NOT_RECORDED, NOT_SET, differences

ORIGIN = {
    "commit": "a", "date": "1",
    "machine": {"cpu": "Abacus 9", "vendor": "A", "family": "6", "model": "85", "stepping": "7",
                "extensions": "avx avx2", "cores": 2, "devices": ["cpu: cpu"], "memory_gb": 8.0,
                "python": "3.11.7"},
    "kernels": {"blas": "openblas 1 Haswell", "xla": "avx avx2"},
    "packages": {"jax": "1.0", "pandas": "2.0"},
    "environment": {"OMP_NUM_THREADS": "1"},
}  # fmt: skip


def changed(**changes):
    """The origin with some of its records updated."""
    origin = copy.deepcopy(ORIGIN)
    for name, values in changes.items():
        origin[name] = origin[name] | values if isinstance(values, dict) else values
    return origin


@pytest.mark.parametrize(
    ("part", "change", "kind"),
    [
        ("machine", {"cpu": "Abacus 10"}, "another processor"),
        ("machine", {"stepping": "8"}, "another processor"),
        ("machine", {"extensions": "avx"}, "another processor"),
        ("machine", {"cores": 64}, "another processor"),
        ("kernels", {"blas": "openblas 1 Zen"}, "other kernels"),
        ("kernels", {"xla": "avx"}, "other kernels"),
        ("packages", {"jax": "1.1"}, "other versions"),
        ("environment", {"XLA_FLAGS": "--xla_cpu_max_isa=AVX"}, "other settings"),
    ],
)
def test_what_changes_rounding_is_named(part, change, kind):
    (found,) = differences(ORIGIN, changed(**{part: change}))
    ((name, value),) = change.items()
    assert (found["key"], found["kind"]) == (f"{part}.{name}", kind)
    assert found["here"] == str(value) != found["reference"]


def test_what_does_not_change_rounding_is_no_difference():
    other = changed(
        commit="b", date="2", machine={"memory_gb": 16.0, "python": "3.12.1"},
        packages={"pandas": "2.1"}, environment={"OMP_NUM_THREADS": "2"},
    )  # fmt: skip
    assert differences(ORIGIN, other) == [] == differences(ORIGIN, ORIGIN)


def test_what_one_side_did_not_record_may_differ():
    old = {key: value for key, value in ORIGIN.items() if key not in ("kernels", "environment")}
    found = {it["key"]: it["reference"] for it in differences(old, ORIGIN)}
    assert found == {"kernels.blas": NOT_RECORDED, "kernels.xla": NOT_RECORDED}


def test_a_variable_that_is_not_set_is_said_to_be_so():
    (found,) = differences(changed(environment={"XLA_FLAGS": "--x"}), ORIGIN)
    assert (found["reference"], found["here"]) == ("--x", NOT_SET)


def test_one_table_from_another_machine_is_enough():
    mixed = ORIGIN | {"measured": [ORIGIN, changed(machine={"model": "106"})]}
    (found,) = differences(ORIGIN, mixed)
    assert found["here"] == "106 | 85"
    assert differences(mixed, mixed) == []
    half = ORIGIN | {"measured": [ORIGIN, changed(environment={"XLA_FLAGS": "--x"})]}
    assert differences(changed(environment={"XLA_FLAGS": "--x"}), half)
