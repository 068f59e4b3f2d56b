"""Bad input is refused before any job starts, by name, without a traceback."""

import pytest
import yaml


def _set(*path, value):
    def change(config):
        for key in path[:-1]:
            config = config[key]
        config[path[-1]] = value

    return change


def _both(*changes):
    def change(config):
        for one in changes:
            one(config)

    return change


def _drop(*path):
    def change(config):
        for key in path[:-1]:
            config = config[key]
        del config[path[-1]]

    return change


CASES = {
    "a typo in a key": (_set("hvp", "layer", value=[1]), ["hvp.layer:", "did you mean layers?"]),
    "a typo at the top": (_set("sead", value=1), ["sead:", "did you mean seed?"]),
    "a typo deep down": (
        _set("hvp", "timing", "warmups", value=1), ["hvp.timing.warmups:", "did you mean warmup?"]
    ),
    "a wrong type": (_set("hvp", "width", value="three"), ["hvp.width:", '"three"', "integer"]),
    "an impossible value": (
        _set("hvp", "layers", value=[4, -8, 16]), ["hvp.layers[1]:", "-8", "at least 1"]
    ),
    "a wrong choice": (
        _set("hvp", "dtype", value="float23"), ["hvp.dtype:", "float23", "did you mean float32?"]
    ),
    "an unknown experiment": (
        _set("experiments", value=["hpv"]), ["experiments:", "'hpv'", "did you mean hvp?"]
    ),
    "an unknown region": (
        _set("mds", "regions", "asia", value=[6]), ["mds.regions.asia:", "europe, usa, world"]
    ),
    "more cities than there are": (
        _set("mds", "regions", "usa", value=[500]), ["mds.regions.usa:", "500", "there are 36"]
    ),
    "a size that is no size": (
        _set("mds", "regions", "europe", value=[5, 6, "al"]),
        ["mds.regions.europe[2]:", '"al"', "all"],
    ),
    "no experiment": (_set("experiments", value=[]), ["experiments:", "at least 1"]),
    "an empty sweep": (_set("hvp", "layers", value=[]), ["hvp.layers:", "at least 3"]),
    "duplicate points": (
        _set("hvp", "layers", value=[4, 8, 8, 16]), ["hvp.layers:", "8 stands there more than once"]
    ),
    "a missing key": (_drop("hvp", "width"), ["hvp:", "width", "missing"]),
    "null": (_set("hvp", "timing", value=None), ["hvp.timing:", "null", "object"]),
    "not a number": (
        _set("hvp", "timing", "seconds", value=float("nan")), ["hvp.timing.seconds:", "nan"]
    ),
    "a path outside": (_set("results", value="../elsewhere"), ["results:", "../elsewhere"]),
    "a sweep that does not increase": (
        _both(
            _set("experiments", value=["zero_order"]),
            _set("zero_order", "dimensions", value=[8, 32, 16]),
        ),
        ["zero_order.dimensions:", "16 stands after 32", "[8, 16, 32]"],
    ),
    "a function that is not there": (
        _both(
            _set("experiments", value=["graph_traces"]),
            _set("graph_traces", "expressions", 0, "function",
                 value="adcost.functions.scalars:surwey"),
        ),
        ["graph_traces.expressions[0].function:", "surwey", "survey"],
    ),
    "a step of zero": (
        _set("finite_differences", "epsilon", "smallest", value=0),
        ["finite_differences.epsilon.smallest:", "0", "at least"],
    ),
    "a negative step": (_set("stepsizes", "beta", value=-0.1), ["stepsizes.beta:", "-0.1"]),
    "a hessian that does not fit": (
        _set("hvp", "layers", value=[4, 8, 9000]),
        ["hvp.layers:", "9000", "81,009 parameters", "memory_mb"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_by_name_before_anything_starts(fresh, case):
    change, words = CASES[case]
    fresh.configure(change)
    done = fresh.snakemake(check=False, timeout=60)
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert all(word in text for word in words), text
    assert "Traceback" not in text
    assert not fresh.results.exists()


def test_all_problems_of_a_file_are_told_at_once(fresh):
    fresh.configure(_set("hvp", "width", value=0))
    fresh.configure(_set("hvp", "dtype", value="int8"))
    text = fresh.snakemake(check=False).stderr
    assert "hvp.width:" in text and "hvp.dtype:" in text


def test_the_quick_study_is_the_same_with_smaller_numbers(fresh):
    full = set(fresh.planned("-n").jobs)
    quick = fresh.planned("--configfile", "config/quick.yaml")
    assert set(quick.jobs) == full
    overrides = yaml.safe_load((fresh.folder / "config/quick.yaml").read_text("utf-8"))
    assert set(overrides) <= set(
        yaml.safe_load((fresh.folder / "config/config.yaml").read_text("utf-8"))
    )
