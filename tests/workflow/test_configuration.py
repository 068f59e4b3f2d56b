"""Bad input is refused before any job starts, by name, without a traceback."""

import itertools
from pathlib import Path

import pytest
import yaml

from adcost.study import configuration, plans

from . import forked

ROOT = Path(__file__).resolve().parents[2]
CONFIG, SCHEMAS = ROOT / "config/config.yaml", ROOT / "workflow/schemas"


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
    "a number with an exponent that YAML takes for text": (
        _set("stepsizes", "beta", value="1e-3"), ["stepsizes.beta:", "write 1.0e-3"]
    ),
    "a whole number with an exponent": (
        _set("memory_mb", value="7e3"), ["memory_mb:", "YAML reads it as text; write 7000"]
    ),
    "a number of hundreds of digits": (
        _set("mds", "tolerance", value=10**400), ["mds.tolerance:", "401 digits"]
    ),
    "a size that is too small": (
        _set("mds", "regions", "europe", value=[5, 6, 2]),
        ["mds.regions.europe[2]:", "2 is not allowed; it must be integer at least 4", "or all"],
    ),
    "twice the same number, written in two ways": (
        _set("linear_algebra", "conditions", value=[1, 1.0, 100]),
        ["linear_algebra.conditions: 1.0 stands there more than once"],
    ),
    "less memory than any job takes": (
        _set("memory_mb", value=500), ["memory_mb: 500", "at least 700"]
    ),
    "the folder of the reference": (
        _set("results", value="results/reference"), ["results: results/reference", "trial"]
    ),
    "the folder of the logs": (_set("results", value="results/logs"), ["results: results/logs"]),
    "the folder of an experiment": (_set("results", value="results/hvp"), ["results: results/hvp"]),
    "a folder and an end of line": (_set("results", value="results\n"), ["results:", "form"]),
    "no region": (_set("mds", "regions", value={}), ["mds.regions: the key europe is missing"]),
    "a key that is no text": (_set("hvp", 7, value=1), ["hvp.7: there is no such key"]),
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
    "two documents": (_also("---\nseed: 1\n"), ["config.yaml, line", "another document"]),
    "NUL": (_also("more: \0\n"), ["config.yaml, line", "#x0000"]),
    "a date that there is not": (_also("more: 2026-02-31\n"), ["config.yaml, line", "day"]),
    "more digits than Python reads": (
        lambda config: config + b"more: " + b"1" * 5000, ["config.yaml, line", "digits"]
    ),
    "an alias within itself": (_also("more: &more [*more]\n"), ["config.yaml, line", "an alias"]),
    "aliases that grow": (
        _also("a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{k}: &{k} [{','.join([f'*{j}'] * 10)}]\n" for j, k in itertools.pairwise("abcdefghij")
        )),
        ["config.yaml, line", "100,000 keys and values"],
    ),
    "too deep a nest": (_also("more: " + "[" * 3000 + "]" * 3000), ["config.yaml", "50 levels"]),
    "a control character": (lambda config: config + b"more: \x07\n", ["config.yaml"]),
    "nothing": (lambda _: b"", ["config.yaml: it must hold keys at the top"]),
    "a list": (lambda _: b"- seed\n- results\n", ["config.yaml: it must hold keys at the top"]),
    "a word": (lambda _: b"seed\n", ["config.yaml: it must hold keys at the top"]),
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


@pytest.fixture
def written(checked_out):
    """A function that writes a case's configuration into the checkout, until the test's end, and
    returns the words of its refusal."""
    path = checked_out.folder / "config/config.yaml"
    good = path.read_bytes()

    def write(case):
        if case in FILES:
            change, words = FILES[case]
            path.write_bytes(change(good))
        else:
            change, words = CASES[case]
            checked_out.configure(change)
        return words

    yield write
    path.write_bytes(good)


@pytest.mark.parametrize("case", [*CASES, *FILES])
def test_it_is_refused_by_name(checked_out, written, case):
    words = written(case)
    with pytest.raises((configuration.CannotRun, plans.ConfigError)) as refusal:
        file = checked_out.folder / "config/config.yaml"
        plans.plans(configuration.read([file], [], SCHEMAS), SCHEMAS)
    assert all(word in str(refusal.value) for word in words), refusal.value


# Of each module that refuses, and what Snakemake itself could not read.
ENDS = (
    "a typo in a key", "not a number", "a hessian that does not fit",
    "a function that is not there", "the folder of the logs", "a path outside", "a tab",
    "no UTF-8", "NUL", "more digits than Python reads", "too deep a nest", "nothing",
)  # fmt: skip


@pytest.mark.parametrize("case", ENDS)
def test_snakemake_ends_with_the_refusal_before_anything_starts(checked_out, written, case):
    words = written(case)
    done = forked.snakemake(checked_out.folder, "--cores", "2")
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert all(word in text for word in words), text
    assert "Traceback" not in text and ".smk" not in text and "Error:" not in text, text
    assert not checked_out.results.exists()
    assert not done.loaded  # so it is said soon


ARGUMENTS = {
    "one --configfile after another": (
        ["--configfile", "config/quick.yaml", "--configfile", "config/quick.yaml"],
        ["given more than once", "--configfile first.yaml second.yaml"],
    ),
    "a text in a list of numbers": (
        ["--config", "hvp={layers: [10, x, 30]}"],
        ["hvp.layers[1]:", '"x"', "integer"],
    ),
}


@pytest.mark.parametrize("case", ARGUMENTS)
def test_the_command_line_is_refused_by_name(checked_out, case):
    arguments, words = ARGUMENTS[case]
    done = forked.snakemake(checked_out.folder, "--cores", "2", *arguments)
    text = done.stdout + done.stderr
    assert done.returncode != 0 and all(word in text for word in words), text
    assert "Traceback" not in text and ".smk" not in text


def test_values_of_the_command_line_and_of_two_files_are_taken_in_order(fresh):
    for name, layers in (("first", "[10, 20, 30]"), ("second", "[10, 20, 40]")):
        (fresh.folder / f"{name}.yaml").write_text(f"hvp: {{layers: {layers}, width: 2}}\n")
    both = ("--configfile", "first.yaml", "second.yaml")
    assert {"hvp/layers-20", "hvp/layers-40"} <= fresh.planned(*both).measured()
    given = fresh.planned(*both, "--config", "hvp={layers: [5, 6, 7]}", "seed=3").measured()
    assert {"hvp/layers-5", "hvp/layers-6", "hvp/layers-7"} <= given
    assert not {"hvp/layers-20", "hvp/layers-40"} & given


def test_a_file_replaces_what_a_section_holds_by_choice(fresh):
    (fresh.folder / "few.yaml").write_text(
        "mds: {regions: {europe: [4, 5, 7]}, animate: europe-4}\n"
    )
    planned = fresh.planned("--configfile", "few.yaml").measured()
    assert {name for name in planned if name.startswith("mds/")} == {
        "mds/europe-4", "mds/europe-5", "mds/europe-7"
    }  # fmt: skip


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
