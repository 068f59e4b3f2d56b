"""What MkDocs needs beside the pages: files from elsewhere in the repository, and generated parts.

Pages are read in the repository as well as on the site, so they link to files by their place in the
repository. On the site such a link leads to the page that includes the file, or to the file at the
address in ``REPOSITORY_URL``; where that is not set, its text stands without a link.
"""

import json
import os
import posixpath
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import tables
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY_URL = os.environ.get("REPOSITORY_URL", "").rstrip("/")
PUBLISHED = "run"
"""The folder of the site in which a run's report and figures are."""

WITHOUT_RUN = "This site was built without a run: `make` or `make quick` makes one."

INCLUDED = {
    "README.md": "index.md",
    "config/README.md": "configuration.md",
    "results/README.md": "results.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Files of the repository, and the page that has each."""

LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s#:]+)(#[^()\s]*)?\)")
FENCES = re.compile(r"(^ *```.*?^ *```[^\n]*$)", re.MULTILINE | re.DOTALL)
ROLE = re.compile(r":(?:attr|class|data|func|meth|mod):(?=<code>)")
INCLUDE = re.compile(r"<!-- include: (\S+) -->")
GENERATE = re.compile(r"<!-- generate: (\w+) -->")


def results() -> Path | None:
    """The folder of the run that is published: the full one, else the quick one."""
    folders = (ROOT / "results", ROOT / "results/quick")
    return next((folder for folder in folders if (folder / "report.html").is_file()), None)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the report, the table of claims and the figures of a run, where there is one."""
    if folder := results():
        for path in _published(folder):
            place = f"{PUBLISHED}/{path.relative_to(folder).as_posix()}"
            files.append(File.generated(config, place, abs_src_path=str(path)))
    return files


def _published(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in ("report.html", "report.pdf", "claims.csv"))
    yield from _figures(folder)


def _figures(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/figures/*.svg"))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Include and generate what a page asks for, and turn links to the repository."""
    text = relinked(markdown, "docs")
    text = INCLUDE.sub(lambda found: included(found[1]), text)
    text = GENERATE.sub(lambda found: GENERATED[found[1]](), text)
    # Words after a fence's language are for the tests.
    return re.sub(r"^```sh (?:json|status=\d)$", "```sh", text, flags=re.MULTILINE)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Docstrings name objects by Sphinx's roles, whose names Markdown would print."""
    return ROLE.sub("", html)


def included(place: str) -> str:
    """A file of the repository without its title, which the page has; ``place`` as from docs/."""
    path = posixpath.normpath(posixpath.join("docs", place))
    text = (ROOT / path).read_text("utf-8").partition("\n")[2]
    return relinked(text, posixpath.dirname(path))


def relinked(markdown: str, folder: str) -> str:
    """The text of a file in ``folder`` of the repository, as it stands in a page of docs/."""
    parts = FENCES.split(markdown)
    parts[::2] = [LINK.sub(lambda found: _link(found, folder), part) for part in parts[::2]]
    return "".join(parts)


def _link(found: re.Match[str], folder: str) -> str:
    sign, text, target, anchor = found[1], found[2], found[3], found[4] or ""
    path = posixpath.normpath(posixpath.join(folder, target))
    if path.startswith("docs/") and not path.startswith("docs/tools/"):
        return f"{sign}[{text}]({path.removeprefix('docs/')}{anchor})"
    if path in INCLUDED:
        return f"[{text}]({INCLUDED[path]}{anchor})"
    if not (ROOT / path).exists():
        return found[0]  # which MkDocs reports
    return f"[{text}]({REPOSITORY_URL}/blob/main/{path}{anchor})" if REPOSITORY_URL else text


def claims() -> str:
    """The claims of the reference run: a table for each experiment."""
    parts = []
    for path in sorted((ROOT / "results/reference").glob("*/claims.json")):
        records: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
        if records:
            rows = "".join(
                f"| `{claim['id']}` | {_cell(claim['statement'])} | {claim['claimed_by']}"
                f"<br>{_cell(claim['source'])} | {claim['verdict']} |\n"
                for claim in records
            )
            head = "| claim | statement | whose, and where | verdict |\n|---|---|---|---|\n"
            parts.append(f"## `{path.parent.name}`\n\n{head}{rows}")
    return "\n".join(parts)


def _cell(text: str) -> str:
    return escape(text, quote=False).replace("|", "\\|").replace("*", "\\*")


def report() -> str:
    """Links to a run's report, or that this build has none."""
    folder = results()
    if folder is None:
        return f"**{WITHOUT_RUN}**"
    kind = "full study" if folder.name == "results" else "quick study, whose numbers are small"
    return (
        f"**[The report]({PUBLISHED}/report.html)**, [on paper]({PUBLISHED}/report.pdf), and "
        f"[its claims as a table]({PUBLISHED}/claims.csv): of the {kind}."
    )


def figures() -> str:
    """All figures of a run, by experiment."""
    folder = results()
    if folder is None:
        return WITHOUT_RUN
    lines = []
    shown = ""
    for path in _figures(folder):
        place = path.relative_to(folder).as_posix()
        experiment = place.partition("/")[0]
        if experiment != shown:
            lines.append(f"\n### {experiment}\n")
            shown = experiment
        lines.append(f"![{experiment}: {path.stem}]({PUBLISHED}/{place}){{ loading=lazy }}")
    return "\n".join(lines)


GENERATED = {"tables": tables.page, "claims": claims, "report": report, "figures": figures}
