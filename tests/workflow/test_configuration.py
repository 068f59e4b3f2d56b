"""Bad input is refused before any job starts, by name, without a traceback."""

import itertools
import resource
from pathlib import Path

import pytest
import yaml

from . import forked

CONFIG = Path(__file__).resolve().parents[2] / "config/config.yaml"


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


def _also(text):
    """The configuration with lines added."""
    return lambda config: config + text.encode()


def _instead(old, new):
    """The configuration with the first of these lines replaced."""

    def change(config):
        assert old.encode() in config
        return config.replace(old.encode(), new.encode(), 1)

    return change


FILES = {
    "a key twice at the top": (_also("seed: 2\n"), ["config.yaml, line", "'seed'", "twice"]),
    "a key twice deep down": (
        _instead("seed:", "timed: {runs: 3, runs: 4}\nseed:"), ["'runs'", "twice"]
    ),
    "a section twice": (_also("hvp: {width: 3}\n"), ["'hvp'", "twice"]),
    "a bracket that is not closed": (_also("more: [1, 2\n"), ["config.yaml, line", "expected"]),
    "a tab": (_also("more:\n\tseed: 1\n"), ["config.yaml, line", "\\t"]),
    "an alias of nothing": (_also("more: *there\n"), ["config.yaml, line", "there"]),
    "an object of Python": (
        _also("more: !!python/object/apply:os.getcwd []\n"), ["config.yaml, line", "python"]
    ),
    "no UTF-8": (lambda config: config + b"more: \xff\n", ["config.yaml", "not UTF-8"]),
    "UTF-16": (lambda config: config.decode().encode("utf-16-be"), ["config.yaml"]),
    "a control character": (lambda config: config + b"more: \x07\n", ["config.yaml"]),
    "nothing": (lambda _: b"", ["keys at top level"]),
    "a list": (lambda _: b"- seed\n- results\n", ["keys at top level"]),
    "a word": (lambda _: b"seed\n", ["keys at top level"]),
    "a merge of an unknown key": (
        _also("more: &more {speed: 1}\n<<: *more\n"), ["more: there is no such key"]
    ),
    "infinity": (_instead("seed: ", "seed: .inf #"), ["seed:", "inf"]),
    "minus infinity": (_instead("memory_mb: ", "memory_mb: -.inf #"), ["memory_mb:", "inf"]),
    "not a number": (_instead("memory_mb: ", "memory_mb: .nan #"), ["memory_mb:", "nan"]),
    "a number beyond all": (_instead("memory_mb: ", "memory_mb: 1.0e+400 #"), ["memory_mb:"]),
    "a yes for a number": (_instead("memory_mb: ", "memory_mb: yes #"), ["memory_mb:", "true"]),
    "a date for a number": (_instead("seed: ", "seed: 2026-03-02 #"), ["seed:", "2026-03-02"]),
    "a number in quotes": (_instead("seed: ", "seed: '3' #"), ["seed:", '"3"']),
    "an absolute path": (_instead("results: results", "results: /results"), ["results:"]),
    "a path that climbs": (_instead("results: results", "results: results/../.."), ["results:"]),
    "an unknown platform": (_instead("platform: cpu", "platform: gpu"), ["platform:", "cuda"]),
    "a language without texts": (
        _instead("language: en", "language: ro"), ["report.language:", "'ro'", "en, ru"]
    ),
}  # fmt: skip


def _first_values():
    """For each section the path of its first value that is no section."""
    for name, value in yaml.safe_load(CONFIG.read_text("utf-8")).items():
        path = [name]
        while isinstance(value, dict):
            key, value = next(iter(value.items()))
            path.append(key)
        yield tuple(path)


GENERATED = {
    f"{'.'.join(path)} is {value!r}": (_set(*path, value=value), [f"{'.'.join(path)}"])
    for path, value in zip(_first_values(), itertools.cycle([None, {"a": 1}, [[]], -1e300]))
}
CASES |= GENERATED


def test_there_are_sixty():
    assert len(CASES) + len(FILES) >= 60


@pytest.mark.parametrize("case", [*CASES, *FILES])
def test_it_is_refused_by_name_before_anything_starts(checked_out, case):
    path = checked_out.folder / "config/config.yaml"
    good = path.read_bytes()
    try:
        if case in FILES:
            change, words = FILES[case]
            path.write_bytes(change(good))
        else:
            change, words = CASES[case]
            checked_out.configure(change)
        done = forked.snakemake(checked_out.folder, "--cores", "2")
    finally:
        path.write_bytes(good)
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert all(word in text for word in words), text
    assert "Traceback" not in text
    assert not checked_out.results.exists()
    # The next test adds what Snakemake takes to start.
    assert done.seconds < 2.5


def test_from_the_command_line_it_takes_less_than_five_seconds(fresh):
    fresh.configure(_set("hvp", "width", value=0))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = fresh.snakemake(check=False, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode != 0 and "hvp.width:" in done.stderr
    # Of the processor: the tests share the machine.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2.5


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
