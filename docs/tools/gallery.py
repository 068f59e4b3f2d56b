"""Write README's gallery: figures and findings of a run.

``python docs/tools/gallery.py results`` copies the figures that `gallery.yaml` names from a full
run's folder into ``docs/figures`` and fills the findings with that run's numbers.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = Path(__file__).with_name("gallery.yaml")
START, END = "<!-- Written by docs/tools/gallery.py. -->\n", "<!-- End of the gallery. -->"
COLUMNS = 2


def entries() -> list[dict[str, Any]]:
    """What `gallery.yaml` lists: ``figure`` (experiment/name), ``alt``, ``claims``, ``finding``."""
    found: list[dict[str, Any]] = yaml.safe_load(ENTRIES.read_text("utf-8"))
    return found


def _read(results: Path, experiment: str, name: str) -> Any:
    return json.loads((results / experiment / name).read_text("utf-8"))


def finding(entry: dict[str, Any], results: Path) -> str:
    """The sentence with the run's numbers.

    Raises ``ValueError`` if a claim that it rests on is not reproduced there, or not there, and
    ``KeyError`` for a number that the run does not have.
    """
    experiment = entry["figure"].split("/")[0]
    verdicts = {
        claim["id"]: claim["verdict"]
        for name in sorted({claim.split(".")[0] for claim in entry["claims"]})
        for claim in _read(results, name, "claims.json")
    }
    for claim in entry["claims"]:
        if (verdict := verdicts.get(claim, "missing")) != "reproduced":
            raise ValueError(
                f"{ENTRIES.name}, {entry['figure']}: the claim {claim} is {verdict} in {results}; "
                "name another figure or write another finding"
            )
    text: str = entry["finding"].format(**_read(results, experiment, "numbers.json"))
    return re.sub(r"-(?=\d)", "−", text)


def cell(entry: dict[str, Any], results: Path) -> str:
    """A cell of the table: the figure over its finding."""
    picture = f"docs/figures/{entry['figure'].replace('/', '-')}.svg"
    return f"![{entry['alt']}]({picture})<br>{finding(entry, results)}"


def gallery(results: Path) -> str:
    """The table in Markdown, `COLUMNS` figures a row."""
    cells = [cell(entry, results) for entry in entries()]
    rows = [cells[at : at + COLUMNS] for at in range(0, len(cells), COLUMNS)]
    lines = ["| " * COLUMNS + "|", "|---" * COLUMNS + "|"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows]) + "\n"


def written(readme: str, results: Path) -> str:
    """README's text with the gallery between its two comments."""
    before, rest = readme.split(START)
    _, after = rest.split(END)
    return f"{before}{START}\n{gallery(results)}\n{END}{after}"


def on_white(svg: str) -> str:
    """A figure with a white ground: a page shown dark would hide its black text."""
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return re.sub(r"<svg [^>]*>", lambda found: found[0] + ground, svg, count=1)


def main(results: Path) -> None:
    """Copy the figures and write README."""
    folder = ROOT / "docs/figures"
    folder.mkdir(exist_ok=True)
    names = set()
    for entry in entries():
        experiment, name = entry["figure"].split("/")
        svg = (results / experiment / "figures" / f"{name}.svg").read_text("utf-8")
        names.add(f"{experiment}-{name}.svg")
        (folder / f"{experiment}-{name}.svg").write_text(on_white(svg), encoding="utf-8")
    for old in folder.glob("*.svg"):
        if old.name not in names:
            old.unlink()
    readme = ROOT / "README.md"
    readme.write_text(written(readme.read_text("utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "results"))
