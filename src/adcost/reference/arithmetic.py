"""Whether two runs were computed alike: on the same processor, by the same versions and settings.

If they were, numbers are the same to the last digit, or nearly. If not, what is made of rounding
is not, and the tolerances for another processor hold (:mod:`adcost.reference.tolerances`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adcost.processor import THREADS

MACHINE = ("cpu", "vendor", "family", "model", "stepping", "extensions", "cores", "devices")
VERSIONS = (
    "jax", "jaxlib", "numpy", "scipy", "scikit-learn", "optax", "sympy", "mpmath", "matfree",
)  # fmt: skip
KINDS = {
    "machine": "another processor",
    "kernels": "other kernels",
    "packages": "other versions",
    "environment": "other settings",
}
"""What is said of a difference, by the first part of its key."""

NOT_RECORDED, NOT_SET = "not recorded", "not set"


def differences(reference: Mapping[str, Any], found: Mapping[str, Any]) -> list[dict[str, str]]:
    """What two provenances differ in that decides how numbers are rounded.

    Each is a record with its ``key``, its ``kind`` of :data:`KINDS` and what it was in the
    ``reference`` and is ``here``. Where a run's tables have several origins, all of them count.
    What one side did not record may differ, and so counts as different.
    """
    sides = [
        [dict(_facts(one)) for one in provenance.get("measured") or [provenance]]
        for provenance in (reference, found)
    ]
    keys = dict.fromkeys(key for origins in sides for facts in origins for key in facts)
    records = []
    for key in keys:
        kind = key.partition(".")[0]
        there, here = (_seen(key, origins) for origins in sides)
        if there != here:
            records.append({"key": key, "kind": KINDS[kind], "reference": there, "here": here})
    return records


def _seen(key: str, origins: Sequence[Mapping[str, str]]) -> str:
    """All values that a fact has had in a run."""
    absent = NOT_SET if key.startswith("environment.") else NOT_RECORDED
    return " | ".join(sorted({facts.get(key, absent) for facts in origins}))


def _facts(origin: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    machine, packages = origin.get("machine", {}), origin.get("packages", {})
    yield from ((f"machine.{name}", _text(machine[name])) for name in MACHINE if name in machine)
    yield from ((f"kernels.{name}", value) for name, value in origin.get("kernels", {}).items())
    yield from ((f"packages.{name}", packages[name]) for name in VERSIONS if name in packages)
    for name, value in origin.get("environment", {}).items():
        if not THREADS.fullmatch(name):
            yield f"environment.{name}", value


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
