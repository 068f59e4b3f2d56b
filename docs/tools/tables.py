"""Which modules describe the tables of each experiment, by their docstrings.

An experiment's tables are described where they are measured: in the docstring of its `measure.py`
or of a module beside it that has ``measurements`` or quantities of its own.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENTS = ROOT / "src/adcost/experiments"
ENTRY = re.compile(r"^(?=``[^`]+``(?:, ``[^`]+``)*  )", re.MULTILINE)
"""Where a line names a table or a quantity and, after two spaces, begins to say what it is."""
DESCRIBES = re.compile(r"``measurements``|[Qq]uantit(?:y|ies)\b")


def described(experiment: str) -> dict[str, str]:
    """The modules that describe tables, `measure` first, each with its docstring."""
    found = {}
    paths = sorted((EXPERIMENTS / experiment).glob("*.py"))
    for path in sorted(paths, key=lambda path: path.stem != "measure"):
        text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        if DESCRIBES.search(text):
            found[path.stem] = text
    return found


def experiments() -> list[str]:
    """All experiments, by name."""
    return sorted(path.parent.name for path in EXPERIMENTS.glob("*/measure.py"))


def page() -> str:
    """The part of the page on tables that is in the docstrings: a section for each experiment."""
    return "\n\n".join(f"### `{name}`\n\n{_texts(name)}" for name in experiments())


def _texts(experiment: str) -> str:
    return "\n\n".join(map(listed, described(experiment).values()))


def listed(text: str) -> str:
    """A docstring as Markdown, its entries as a list."""
    blocks = (ENTRY.sub("- ", block) for block in text.split("\n\n"))
    return "\n\n".join(block.replace("\n- ", "\n\n- ", 1) for block in blocks)
