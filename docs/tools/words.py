"""Extract what runs show and catalogues lack, for translators.

``python docs/tools/words.py results`` draws the figures of a finished run, reads its claims and
numbers, and adds the texts that a catalogue lacks: untranslated, or fuzzy where Babel finds an
entry alike. It then names the entries that the runs do not show. Most of those are texts of another
verdict, or of a check that failed; ``--obsolete`` takes them all for vanished, so that a changed
text takes the translation of the old one, fuzzy, and the others become obsolete. Without a run the
catalogues are written anew, as Babel does, after a change by hand.

Texts are taken from what is drawn and judged, since most are composed and stand nowhere in the
code as a whole.
"""

import argparse
import importlib
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pandas as pd
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

import adcost
from adcost import catalogue
from adcost.catalogue import Catalogue
from adcost.plotting import in_language
from adcost.report.build import translated
from adcost.results.reading import read_json, read_table
from adcost.study.plans import known_experiments

FORMATS = {"python-format", "python-brace-format"}
"""Flags that Babel guesses, and with which tools refuse good translations: ``{} % interval`` is no
format ``% i`` of Python's, and the places of a template are the study's own."""

HEADER = """\
# {language} of what figures, claims and tables of {name} say.
# {{}} is a number, {{0}}, {{1}} … numbers by place, and {{*}} stands for words that
# have an entry of their own: adcost.catalogue."""


def translate_all(results: Path, name: str, language: str, words: Catalogue) -> None:
    """Look up all that a run shows of an experiment, or of ``headline``, the first screen."""
    with tempfile.TemporaryDirectory() as folder, in_language(words):
        if name == "headline":
            claims = [claim for path in results.glob("*/claims.json") for claim in read_json(path)]
            quotes, titles = pd.read_csv(results / "prices.csv"), catalogue.titles(language)
            importlib.import_module("adcost.headline.figures").draw(quotes, claims, titles, folder)
            return
        tables = {path.stem: read_table(path) for path in (results / name).glob("*.csv")}
        importlib.import_module(f"adcost.experiments.{name}.figures").draw(tables, folder)
    translated(read_json(results / name / "claims.json"), words)
    words.record(read_json(results / name / "numbers.json"))


def read(path: Path, language: str) -> Catalog:
    """The catalogue in a file, or a new one where there is none."""
    if path.is_file():
        with path.open(encoding="utf-8") as lines:
            return read_po(lines, abort_invalid=True)
    new = Catalog(language, project="adcost", version=adcost.__version__, fuzzy=False)
    new.header_comment = HEADER.format(language=new.locale.english_name, name=path.parent.name)
    return new


def written(entries: Catalog) -> bytes:
    """The file of a catalogue."""
    for entry in entries:
        entry.flags -= FORMATS
    file = BytesIO()
    write_po(file, entries)
    return file.getvalue().rstrip(b"\n") + b"\n"


def update(entries: Catalog, lacking: Iterable[str], vanished: Iterable[str] = ()) -> None:
    """Add the texts that a catalogue lacks, and take away those that vanished.

    What stands above an entry that vanishes, as the heading of a section, is kept above the next.
    """
    template, heading = Catalog(), []
    for entry in entries:
        heading += entry.auto_comments
        if entry.id and entry.id not in vanished:
            template.add(entry.id, auto_comments=heading)
            heading = []
    for text in sorted(lacking):
        template.add(text)
    entries.update(template, update_creation_date=False)


def set_all() -> None:
    """Write every catalogue as Babel does, after a change by hand."""
    for language in set(catalogue.languages()) - {"en"}:
        for path in (
            catalogue.shared(language),
            *catalogue.EXPERIMENTS.glob(f"*/words.{language}.po"),
        ):
            path.write_bytes(written(read(path, language)))


def extract(runs: Iterable[Path], language: str, obsolete: bool = False) -> list[str]:
    """Update the catalogues of all that the runs show, and return what to do with them."""
    lacking: dict[Path, set[str]] = defaultdict(set)
    used: dict[Path, set[str]] = defaultdict(set)
    shared, seen = catalogue.shared(language), set()
    for results in runs:
        names = [path.parent.name for path in sorted(results.glob("*/numbers.json"))]
        names += ["headline"] if (results / "prices.csv").is_file() else []
        for name in names:
            # A language without a catalogue lacks all; `read` would take it for the study's own.
            there = catalogue.files(language, name)
            words = Catalogue.read(language, name) if there else Catalogue({})
            translate_all(results, name, language, words)
            path = shared if name == "headline" else catalogue.own(language, name)
            lacking[path] |= words.missing
            used[path] |= words.used
            used[shared] |= words.used
            seen.add(name)
    if not seen:
        raise SystemExit("no finished run is there: `make quick` makes one, in results/quick")
    if seen < {*known_experiments(), "headline"}:
        del used[shared]  # what the others show is not known
    done = []
    for path in lacking:
        entries = read(path, language)
        entered = {entry.id for entry in entries if entry.id}
        unseen = entered - used[path] - lacking[path] if path in used else set()
        update(entries, lacking[path], unseen if obsolete else ())
        path.write_bytes(written(entries))
        where = path.relative_to(catalogue.EXPERIMENTS.parent)
        done += [f"{where}: translate {text!r}" for text in sorted(lacking[path])]
        done += [f"{where}: not shown {text!r}" for text in sorted(unseen)]
    return done


def main() -> None:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="*", type=Path)
    parser.add_argument("--language", default="ru")
    parser.add_argument("--obsolete", action="store_true", help="what is not shown has vanished")
    asked = parser.parse_args()
    if asked.runs:
        print(*extract(asked.runs, asked.language, asked.obsolete), sep="\n")
    else:
        set_all()


if __name__ == "__main__":
    main()
