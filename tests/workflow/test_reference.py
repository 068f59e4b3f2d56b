"""The reference through the real workflow: made, compared with, contradicted, kept."""

import io
import json
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import yaml

from adcost.processor import identity
from adcost.reference.numbers import TABLE, cells
from adcost.reference.store import read_reference, write_reference
from adcost.reference.tables import compare_tables
from adcost.reference.tolerances import Range, read_tolerances
from adcost.results.reading import read_table
from adcost.results.writing import write_json, write_table
from adcost.study import plans

ROOT = Path(__file__).resolve().parents[2]


def compared(study):
    """The exit status, what is said in the terminal, and the record."""
    done = study.snakemake("compare", check=False)
    record = json.loads((study.results / "comparison.json").read_text("utf-8"))
    return done.returncode, done.stdout + done.stderr, record


def retouched(path, change):
    """Rewrite a table in place, as another machine might have."""
    write_table(change(read_table(path)), path, path.parent.name, "all points")


@pytest.fixture(scope="module")
def referred(finished, tmp_path_factory):
    """The finished study, which has become its own reference."""
    study = finished.copied(tmp_path_factory.mktemp("referred") / "study")
    study.snakemake("reference_unchecked")
    return study


@pytest.fixture
def study(referred, tmp_path):
    return referred.copied(tmp_path / "study")


def test_a_run_outside_of_a_commit_does_not_become_the_reference(finished, tmp_path):
    study = finished.copied(tmp_path / "study")
    done = study.snakemake("reference", check=False)
    assert done.returncode
    assert "its commit is not known (git: fatal: not a git repository" in done.stderr
    # The tiny study's configuration is that of its checkout, so nothing is said against it.
    assert "configuration" not in done.stderr
    done = study.snakemake("compare", check=False)
    assert done.returncode and "there is no reference" in done.stdout + done.stderr
    assert "comparison" not in study.planned().jobs


def test_a_run_is_identical_to_itself_and_the_report_shows_it(study):
    status, said, record = compared(study)
    assert status == 0, said
    assert [r["outcome"] for r in record["experiments"]] == ["identical", "identical"]
    assert "hvp/measurements.csv: identical" in said
    assert "Reproduced: of 2 experiments 2 were compared, none differs." in said
    assert study.planned().jobs == {"report": 1, "all": 1}
    study.snakemake()
    page = (study.results / "report.html").read_text("utf-8")
    assert "Against the reference" in page and "Nothing is beyond its tolerance" in page


def test_a_changed_table_is_said_by_name_and_fails(study):
    def change(table):
        row = table.index[table.quantity == "operations"][3]
        table.loc[row, "value"] += 1
        return table

    retouched(study.results / "hvp/measurements.csv", change)
    status, said, record = compared(study)
    assert status != 0
    assert record["differing"] == ["hvp"]
    assert "hvp/measurements.csv: DIFFERS" in said and "operations (1 of " in said
    assert "mds/measurements.csv: identical" in said


def test_a_digit_within_its_tolerance_and_a_lost_row(study):
    near = study.results / "mds/measurements.csv"
    retouched(near, lambda t: t.assign(value=t.value.where(t.quantity != "final_loss",
                                                           t.value * (1 + 1e-9))))  # fmt: skip
    retouched(study.results / "mds/maps.csv", lambda t: t.drop(index=2))
    status, said, record = compared(study)
    assert status != 0 and record["differing"] == ["mds"]
    assert "mds/measurements.csv: within the tolerance" in said
    assert "maps.csv:4 (1 of " in said and "missing: " in said


def test_a_turned_verdict_is_said_and_fails(study):
    path = study.results / "mds/claims.json"
    claims = json.loads(path.read_text("utf-8"))
    (claim,) = [c for c in claims if c["verdict"] == "reproduced"][:1]
    claim["verdict"] = "refuted"
    write_json(claims, path)
    status, said, _ = compared(study)
    assert status != 0
    assert f"{claim['id']}: reproduced there, refuted here" in said


def test_another_configuration_is_noticed_first_and_does_not_fail(study):
    path = study.results / "reference/provenance.json"
    provenance = json.loads(path.read_text("utf-8"))
    provenance["config"]["hvp"]["layers"] = [4, 8]
    path.write_text(json.dumps(provenance), "utf-8")
    retouched(study.results / "hvp/measurements.csv", lambda t: t.drop(index=0))
    status, said, record = compared(study)
    assert status == 0, said
    assert [r["outcome"] for r in record["experiments"]] == ["identical", "configured"]
    assert "hvp: configured differently: hvp.layers" in said


def test_where_nothing_is_configured_as_in_the_reference_nothing_is_shown(study):
    path = study.results / "reference/provenance.json"
    provenance = json.loads(path.read_text("utf-8"))
    provenance["config"]["seed"] += 1
    path.write_text(json.dumps(provenance), "utf-8")
    status, said, record = compared(study)
    assert status != 0 and record["compared"] == []
    assert "Nothing was compared" in said and "nothing is shown to be the same" in said


ANOTHER = {
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX",
    "OPENBLAS_CORETYPE": "Sandybridge",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
}
"""What makes XLA, BLAS and NumPy compute as on a processor with older vector extensions."""

NUMERICAL = [
    "finite_differences", "graph_traces", "feedforward", "not_autodiff",
    "second_order", "implicit", "sparse",
]  # fmt: skip
"""Experiments whose numbers are rounding or follow iterations, and that take seconds.

Not linear_algebra, of whose one draw at equal singular values rounding decides whether it is
finite; nor price, whose tiny study has tenths of a second for what it compiles and times.
"""


@pytest.mark.skipif(
    not {"fma", "avx2"} <= set(identity().get("extensions", "").split()),
    reason="this processor has no vector extensions that could be left unused",
)
def test_with_other_vector_extensions_it_is_the_same(whole, fresh):
    config = yaml.safe_load((whole.folder / "config/config.yaml").read_text("utf-8"))
    planned = plans.plans(config, ROOT / "workflow/schemas")
    tables = {name: list(plan.tables) for name, plan in planned.items()}
    write_reference(whole.results, fresh.results / "reference", tables, config, anyway=True)
    fresh.configure(lambda config: config.update(experiments=NUMERICAL))
    done = fresh.snakemake("compare", shell=ANOTHER, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Reproduced with other kernels and other settings" in said
    record = json.loads((fresh.results / "comparison.json").read_text("utf-8"))
    outcomes = {one["experiment"]: one["outcome"] for one in record["experiments"]}
    assert {outcomes[name] for name in NUMERICAL} == {"identical", "within"}, outcomes


def test_the_reference_of_the_repository_is_whole():
    folder = ROOT / "results/reference"
    if not folder.exists():
        pytest.skip("this checkout has no reference")
    reference = read_reference(folder)
    assert not reference.provenance["dirty"]
    assert set(reference.tables) == set(reference.provenance["config"]["experiments"])
    assert all(reference.tables.values())
    assert not any("timings" in tables for tables in reference.tables.values())


def test_every_tolerance_names_what_the_reference_holds():
    if not (ROOT / "results/reference").exists():
        pytest.skip("this checkout has no reference")
    reference = read_reference(ROOT / "results/reference")
    for rule in read_tolerances(ROOT / "workflow/tolerances.yaml").rules:
        if rule.table == TABLE:
            table = cells(reference.numbers[rule.experiment])
        else:
            text = reference.tables[rule.experiment][rule.table]
            table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        for column, values in rule.where.items():
            if isinstance(values, Range):
                assert values.holds(table[column]).any(), rule
            else:
                assert set(values) <= set(table[column]), rule


COUNTED = "operations|evaluations|products|bytes|paths|edges|parameters"
EXCUSED = {
    # What a process holds is measured, iterations go on until rounding stops them, and which
    # temporaries a compiler keeps follows the processor's vectors.
    ("transformer_memory", "peak_bytes"), ("mds", "evaluations"), ("zero_order", "evaluations"),
    ("implicit", "operations"), ("implicit", "products"), ("second_order", "products"),
    ("linear_algebra", "temporary_bytes"), ("price", "temporary_bytes"), ("price", "total_bytes"),
}  # fmt: skip


def test_another_processor_excuses_no_count_that_is_off_by_one():
    if not (ROOT / "results/reference").exists():
        pytest.skip("this checkout has no reference")
    tolerances, seen = read_tolerances(ROOT / "workflow/tolerances.yaml"), 0
    for name, tables in read_reference(ROOT / "results/reference").tables.items():
        table = pd.read_csv(io.StringIO(tables["measurements"]), dtype=str, keep_default_na=False)
        kinds = table.quantity[table.quantity.str.contains(COUNTED)].drop_duplicates()
        kinds = kinds[[(name, kind) not in EXCUSED for kind in kinds]]
        # One cell of each, whole as a count is.
        rows = [table.index[table.quantity == kind][0] for kind in kinds]
        rows = [row for row in rows if float(table.value[row]).is_integer()]
        table.loc[rows, "value"] = [str(float(table.value[row]) + 1) for row in rows]
        changed = table.to_csv(index=False, lineterminator="\n")
        result = compare_tables(name, "measurements", tables["measurements"], changed, tolerances)
        assert result.beyond == len(rows), name
        seen += len(rows)
    assert seen > 20


def test_make_clean_keeps_the_reference(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    kept = ["results/README.md", "results/reference/provenance.json", "results/reference/hvp/m.gz",
            "results/reference-gpu/hvp/m.gz"]  # fmt: skip
    for name in (*kept, "results/hvp/m.csv", "results/referenced.csv", "results/quick/reference/a"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    left = [p for p in (tmp_path / "results").rglob("*") if p.is_file()]
    assert sorted(str(p.relative_to(tmp_path)) for p in left) == sorted(kept)


def test_git_keeps_the_reference_and_no_other_result(tmp_path):
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)

    def ignored(path):
        return not subprocess.run(["git", "check-ignore", "-q", path], cwd=tmp_path).returncode

    assert not ignored("results/reference/hvp/measurements.csv.gz")
    assert ignored("results/hvp/measurements.csv")
    assert ignored("results/comparison.json")
