"""The record beside every report: what was asked for, and where its tables were measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from adcost.origin import distinct, origin
from adcost.study import digest


def provenance(config: Mapping[str, Any], measured: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The merged configuration and the origin of the tables, as ``results/provenance.json``.

    ``measured`` are the origins that the tables' sidecars tell. The newest stands at the top;
    ``dirty`` and ``changed`` speak for all of them. Where they differ, by commit, versions or
    machine, ``measured`` lists each. Without any, the origin is this process.
    """
    origins = distinct(measured) or distinct([origin()])
    newest = max(origins, key=lambda one: one["until"])
    return {
        **{key: value for key, value in newest.items() if key != "until"},
        "date": newest["until"],
        "dirty": any(one["dirty"] for one in origins),
        "changed": sorted({file for one in origins for file in one["changed"]}),
        "measured": origins,
        "config": dict(config),
        "config_digest": digest(config),
    }
