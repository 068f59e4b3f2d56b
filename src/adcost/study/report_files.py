"""The files that the report and the figures are made of, beside the results."""

from pathlib import Path

import adcost
from adcost import catalogue

PACKAGE = Path(adcost.__file__).parent


def relative(path: Path) -> str:
    """A path from the working directory, where that is possible."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def report_texts(language: str, experiments: list[str]) -> list[str]:
    """The report's template, style sheet and the sections it is made of."""
    folder = PACKAGE / "report"
    shared = [path for path in folder.iterdir() if path.suffix in (".typ", ".css")]
    texts = [folder / language / "main.typ"]
    for name in experiments:
        texts += sorted((catalogue.EXPERIMENTS / name).glob(f"*.{language}.typ"))
    words = {path for name in experiments for path in catalogue.files(language, name)}
    return sorted(relative(path) for path in [*shared, *texts, *words])


def summaries(language: str, experiments: list[str]) -> list[str]:
    """The files that say what the report calls each experiment."""
    return [
        relative(catalogue.EXPERIMENTS / name / f"summary.{language}.typ") for name in experiments
    ]


def catalogues(language: str, experiment: str) -> list[str]:
    """The files with the words of an experiment's figures in a language; none for English."""
    return [relative(path) for path in catalogue.files(language, experiment)]
