"""The record beside every report: what was asked for, and where its tables were measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from adcost.costs.background_load import DISTURBED_ABOVE
from adcost.study.configuration import digest
from adcost.study.origin import distinct, origin


def provenance(config: Mapping[str, Any], notes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The merged configuration and the origin of the tables, as ``results/provenance.json``.

    ``notes`` are those of the tables' sidecars. The newest origin stands at the top; ``dirty`` and
    ``changed`` speak for all of them: ``dirty`` is true if one was, else unknown (None) if one is.
    Where they differ, by commit, versions or machine, ``measured`` lists each. Without any, the
    origin is this process. ``timed_points`` are all points that were timed, ``disturbed_points``
    those during which others used the machine, with their share of it.
    """
    origins = distinct(one for note in notes for one in note.get("origins", []))
    origins = origins or distinct([origin()])
    loads = {
        f"{note['experiment']}/{point}": load
        for note in notes
        for point, load in note.get("background_load", {}).items()
    }
    newest = max(origins, key=lambda one: one["until"])
    dirty = {one["dirty"] for one in origins}
    return {
        **{key: value for key, value in newest.items() if key != "until"},
        "date": newest["until"],
        "dirty": True if True in dirty else None if None in dirty else False,
        "changed": sorted({file for one in origins for file in one["changed"]}),
        "measured": origins,
        "timed_points": len(loads),
        "disturbed_above": DISTURBED_ABOVE,
        "disturbed_points": {name: one["share"] for name, one in loads.items() if one["disturbed"]},
        "config": dict(config),
        "config_digest": digest(config),
    }
