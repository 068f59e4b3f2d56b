"""Build the report, HTML and PDF, from the judged tables, the figures and one Typst source.

Typst sets both documents; no number passes through Python. :mod:`adcost.report.page` then makes the
HTML one file which asks the network for nothing.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import typst

from adcost.catalogue import EXPERIMENTS, Catalogue
from adcost.reference.store import read_reference
from adcost.report.lecture import about, cited
from adcost.report.page import FIGURE_FONTS, complete
from adcost.results.files import replacing
from adcost.results.metadata import check_written
from adcost.results.reading import read_json

HERE = Path(__file__).parent


class ReportError(ValueError):
    """The report cannot be built: a text, a table, a figure or a number is missing."""


def build(
    results: Path,
    html: Path,
    pdf: Path,
    experiments: list[str],
    language: str = "en",
    experiments_in: Path = EXPERIMENTS,
    compared: bool = False,
    gpu: Path | None = None,
) -> None:
    """Write the report on these experiments, as one HTML file and as PDF.

    ``results`` holds ``provenance.json``, the folder ``headline`` with the figures of the first
    screen and ``price_list.csv`` where they were drawn, and for each experiment ``claims.json``,
    ``numbers.json`` and ``figures/``; ``experiments_in`` has a folder for each, with its section
    and summary. If ``compared``, ``comparison.json`` is there too and has a section. ``gpu`` is the
    folder of a reference run on a GPU, whose claims then stand beside this study's. The same inputs
    give the same bytes, and both files are replaced together or not.
    Raises :class:`ReportError` naming what is missing: a file, or a number, claim, figure or
    animation that a section calls; and :class:`adcost.results.metadata.DamagedFile` naming a file
    that was changed after it was written.
    """
    results, texts = Path(results).resolve(), _texts(language, experiments, experiments_in)
    _check(results, texts, experiments, compared)
    given: dict[str, Any] = {
        "language": language,
        "experiments": experiments,
        "compared": compared,
        "gpu": gpu is not None,
        "lecture": about(language),
        "figures": {name: _drawn(results, name, ".svg", ".pdf") for name in experiments},
        "animations": {name: _drawn(results, name, ".mp4", ".png") for name in experiments},
        "prices": [],
    }
    if (headline := results / "headline").is_dir():
        given["figures"][headline.name] = _drawn(results, headline.name, ".svg", ".pdf")
        given["prices"] = _price_list(results / "price_list.csv", language)
    page, paper = _typeset(results, texts, given, gpu)
    text = complete(page.decode("utf-8"), results, experiments)
    with replacing(html) as new_html, replacing(pdf) as new_pdf:
        new_html.write_text(text, encoding="utf-8")
        new_pdf.write_bytes(paper)


def _texts(language: str, experiments: Iterable[str], folder: Path) -> dict[str, Path]:
    """The language's own texts, by their names in the folder ``text`` that Typst sees."""
    found = {"main.typ": HERE / language / "main.typ"}
    for name in experiments:
        found[f"{name}.typ"] = folder / name / f"report.{language}.typ"
        found[f"{name}-summary.typ"] = folder / name / f"summary.{language}.typ"
    return found


def _check(
    results: Path, texts: dict[str, Path], experiments: Iterable[str], compared: bool
) -> None:
    """Every file that the template opens by itself, so that a missing one is named plainly."""
    needed = {
        texts["main.typ"]: "the words of the language",
        results / "provenance.json": "where the results come from",
    }
    if compared:
        needed[results / "comparison.json"] = "how the run compares with the reference"
    for name in experiments:
        needed[texts[f"{name}.typ"]] = f"the text of the section on {name}"
        needed[texts[f"{name}-summary.typ"]] = f"the title of the section on {name}"
        needed[results / name / "claims.json"] = f"the claims of {name}"
        needed[results / name / "numbers.json"] = f"the numbers of {name}"
    missing = [f"{path} ({what})" for path, what in needed.items() if not path.is_file()]
    if missing:
        raise ReportError("the report lacks " + "; ".join(missing))
    for path in needed:
        if path.suffix == ".json":
            read_json(path)
    for name in (*experiments, "headline"):
        for path in (results / name / "figures").glob("*"):
            check_written(path)


def _price_list(path: Path, language: str) -> list[dict[str, Any]]:
    """The rows of the price list, for the text that stands for its figure."""
    words = Catalogue.read(language, "headline")
    check_written(path)
    # It has no rows where no experiment of the run prices a derivative.
    table = pd.read_csv(path)
    return [
        {
            "derivative": words(str(row.derivative)),
            "least": float(row.least),
            "most": float(row.most),
        }
        for row in table.itertuples()
    ]


def _drawn(results: Path, experiment: str, *suffixes: str) -> list[str]:
    """The names of an experiment's figures that exist with every suffix."""
    found = [
        {path.stem for path in (results / experiment / "figures").glob(f"*{suffix}")}
        for suffix in suffixes
    ]
    return sorted(set.intersection(*found))


def _typeset(
    results: Path, texts: dict[str, Path], given: dict[str, Any], gpu: Path | None
) -> tuple[bytes, bytes]:
    """HTML and PDF as Typst gives them."""
    with tempfile.TemporaryDirectory(prefix="adcost-report-") as folder:
        # Typst reads below one root only, and links show it what lies elsewhere; the document
        # itself must not be a link.
        root = Path(folder).resolve()
        for source in HERE.glob("*.typ"):
            shutil.copy(source, root)
        (root / "text").mkdir()
        for name, path in texts.items():
            shutil.copy(path, root / "text" / name)
        (root / "text/summaries.typ").write_text(_summaries(given["experiments"]), "utf-8")
        _judged(results, root / "judged", given)
        if gpu is not None:
            _judged_on_gpu(gpu, root / "judged" / "gpu", given)
        (root / "results").symlink_to(results)
        compiler = typst.Compiler(
            root / "document.typ",
            root=root,
            font_paths=[FIGURE_FONTS],
            ignore_system_fonts=True,
            sys_inputs={"given": json.dumps(given)},
        )
        try:
            # With warnings, or Typst prints each time that its HTML is young.
            page, _ = compiler.compile_with_warnings(format="html")
            paper, _ = compiler.compile_with_warnings(format="pdf")
        except typst.TypstError as error:
            raise ReportError(_explain(error)) from error
    assert isinstance(page, bytes) and isinstance(paper, bytes)
    return page, paper


def _summaries(experiments: Iterable[str]) -> str:
    """Typst's source of ``summaries``: by experiment, what its summary defines."""
    imports = [f'#import "{name}-summary.typ" as {name}-said' for name in experiments]
    entries = "".join(f"{name}: dictionary({name}-said), " for name in experiments)
    return "\n".join([*imports, f"#let summaries = ({entries})"])


def _judged(results: Path, folder: Path, given: dict[str, Any]) -> None:
    """Claims and numbers as the template reads them: in the report's language, sources linked."""
    for name in given["experiments"]:
        words = Catalogue.read(given["language"], name)
        claims = translated(read_json(results / name / "claims.json"), words)
        for claim in claims:
            claim["source"] = cited(claim["source"], given["language"])
        numbers = words.record(read_json(results / name / "numbers.json"))
        (folder / name).mkdir(parents=True)
        (folder / name / "claims.json").write_text(json.dumps(claims), "utf-8")
        (folder / name / "numbers.json").write_text(json.dumps(numbers), "utf-8")
        for text in sorted(words.missing):
            print(f"{name}: {given['language']} has no words for {text!r}")


def _judged_on_gpu(reference: Path, folder: Path, given: dict[str, Any]) -> None:
    """The claims of a run on a GPU, of the report's experiments, and where it ran."""
    found = read_reference(reference)
    claims = [
        claim
        for name in given["experiments"]
        if name in found.claims
        for claim in translated(
            [*map(dict, found.claims[name])], Catalogue.read(given["language"], name)
        )
    ]
    folder.mkdir(parents=True)
    (folder / "claims.json").write_text(json.dumps(claims), "utf-8")
    (folder / "provenance.json").write_text(json.dumps(found.provenance), "utf-8")


def translated(claims: list[dict[str, Any]], words: Catalogue) -> list[dict[str, Any]]:
    """Claims whose texts, units, predictions and kinds of interval are in another language."""
    for claim in claims:
        claim |= words.record({key: claim[key] for key in ("statement", "note", "source")})
        for evidence in claim["evidence"]:
            known = evidence.keys() & {"unit", "predicted", "interval"}
            evidence |= words.record({key: evidence[key] for key in sorted(known)})
    return claims


def _explain(error: typst.TypstError) -> str:
    """Typst's message with its hints and the places that led to it."""
    lines = [error.message, *(f"hint: {hint}" for hint in error.hints or ()), *(error.trace or ())]
    return "the report does not compile: " + "\n".join(str(line) for line in lines)
