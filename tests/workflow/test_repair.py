"""What is damaged or deleted comes back, to the last file, by doing what the messages say."""

import re

from adcost.results.metadata import check_written
from adcost.results.reading import read_table
from adcost.results.writing import write_table

ADVICE = re.compile(r"Delete (\S+(?: and \S+)*) and run snakemake again")


def files(study):
    return {
        str(path.relative_to(study.results))
        for path in study.results.rglob("*")
        if path.is_file() and "logs" not in path.parts
    }


def tables(study):
    """The tables that are the same from run to run."""
    return {
        path.relative_to(study.results): path.read_bytes()
        for path in study.results.glob("*/*.csv")
        if path.name != "timings.csv" and path.parent.name != "transformer_memory"
    }


def first(study, pattern):
    return sorted(study.results.glob(pattern))[0]


def changed(path):
    """Another digit."""
    text = path.read_text("utf-8")
    place = [m.start() for m in re.finditer(r"\d", text)][-1]
    path.write_text(text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :], "utf-8")


def cut(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def emptied(path):
    path.write_bytes(b"")


def renamed(path):
    """Whole, and from another version of the code."""
    table = read_table(path)
    write_table(table.rename(columns={"value": "number"}), path, path.parts[-4], path.parts[-2])


DAMAGE = [
    (changed, "finite_differences/points/*/measurements.csv"),
    (cut, "feedforward/points/*/shapes.csv"),
    (flipped, "feedforward/points/*/measurements.csv"),
    (renamed, "linear_algebra/points/*/measurements.csv"),
    (cut, "spectrum/prepared/*/arrays.npz"),
    (changed, "transformer_memory/measurements.csv"),
    (emptied, "price/parts.csv"),
    (flipped, "price/claims.json"),
    (cut, "price/numbers.json"),
    (cut, "gradient/points/*/measurements.csv-metadata.json"),
    (flipped, "gradient/claims.json"),
    (changed, "provenance.json"),
    (cut, "transformer_memory/figures/*.svg"),
    (cut, "feedforward/figures/*.pdf"),
]
"""Whatever of it is drawn anew is drawn in a second or two."""
DELETED = {
    "feedforward/points/*/shapes.csv-metadata.json": "feedforward_measure",
    "linear_algebra/points/*/measurements.csv": "linear_algebra_measure",
    "transformer_memory/measurements.csv-metadata.json": "transformer_memory_gather",
    "price/parts.csv": "price_gather",
    "gradient/claims.json-metadata.json": "gradient_claims",
    "finite_differences/numbers.json": "finite_differences_claims",
    "spectrum/prepared/*/arrays.npz-metadata.json": "spectrum_prepare",
    "feedforward/figures/*.pdf": "feedforward_figures",
    "claims.csv-metadata.json": "claims_table",
    "provenance.json-metadata.json": "provenance",
    "price_list.csv": "headline",
}
"""What is deleted, and the rule that has to run again for it."""


def test_what_is_deleted_behind_a_finished_report_is_made_again(everything):
    before, same = files(everything), tables(everything)
    for pattern in DELETED:
        first(everything, pattern).unlink()
    rules = set(DELETED.values())
    assert rules <= set(everything.planned().jobs)
    # An experiment's own target asks for as much of what is its own.
    names = {pattern.partition("/")[0] for pattern in DELETED if "/" in pattern}
    assert rules - {"claims_table", "provenance", "headline"} <= set(
        everything.planned(*names).jobs
    )
    everything.snakemake()
    assert files(everything) == before and tables(everything) == same
    assert not everything.planned().jobs


def test_every_repair_that_is_advised_brings_everything_back(everything):
    before, same = files(everything), tables(everything)
    for damage, pattern in DAMAGE:
        damage(first(everything, pattern))
    said = []
    for _ in range(5):
        done = everything.snakemake(check=False)
        if done.returncode == 0:
            break
        text = done.stdout + done.stderr
        said.append(text)
        advised = {name for advice in ADVICE.findall(text) for name in advice.split(" and ")}
        assert advised, text
        for name in advised:
            (everything.folder / name).unlink(missing_ok=True)
    assert done.returncode == 0, said[-1]
    assert said  # The damage was seen; what was made of damaged files may heal with them.
    assert files(everything) == before and tables(everything) == same
    for path in everything.results.rglob("*-metadata.json"):
        check_written(str(path).removesuffix("-metadata.json"))
    assert not everything.planned().jobs


def test_a_table_of_another_version_is_named_where_there_is_no_other_to_hold_it_against(fresh):
    fresh.configure(lambda config: config.update(experiments=["feedforward"]))
    targets = ("results/feedforward/claims.json", "results/feedforward/figures/operations.svg")
    fresh.snakemake(*targets)
    (path,) = fresh.results.glob("feedforward/points/*/measurements.csv")
    before = path.read_bytes()
    renamed(path)
    done = fresh.snakemake("--keep-going", *targets, check=False)
    said = done.stdout + done.stderr
    name = str(path.relative_to(fresh.folder))
    assert done.returncode != 0 and "measured by another version of the code" in said
    assert set(ADVICE.findall(said)) == {f"{name} and results/feedforward/measurements.csv"}
    for rule in ("feedforward_claims", "feedforward_figures"):
        assert f"{rule}: {name} cannot be used" in said
    path.unlink()
    (fresh.results / "feedforward/measurements.csv").unlink()
    fresh.snakemake(*targets)
    assert path.read_bytes() == before
