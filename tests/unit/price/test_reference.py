"""The reference of the price's functions: docstrings and signatures as they are.

``PYTHONPATH=src python tests/unit/price/test_reference.py`` writes it anew.
"""

import inspect
from pathlib import Path

from adcost.price import Tag, checks, compare, lines, run, source_picture, traps
from adcost.price.check_rows import COLUMNS as CHECKED
from adcost.price.tag import MEMORY, PRICES, RECOMMENDED, UNCOUNTED

PAGE = Path(__file__).resolve().parents[3] / "docs/price-reference.md"
NAMES = {
    "adcost.price": run.price,
    "adcost.price.Tag": Tag,
    "adcost.price.Tag.price_of": Tag.price_of,
    "adcost.price.Tag.to_dict": Tag.to_dict,
    "adcost.price.Tag.to_json": Tag.to_json,
    "adcost.compare": compare,
    "adcost.price.lines.by_line": lines.by_line,
    "adcost.price.traps.find": traps.find,
    "adcost.price.traps.Trap": traps.Trap,
    "adcost.price.checks.check": checks.check,
    "adcost.price.source_picture.text": source_picture.text,
    "adcost.price.source_picture.html": source_picture.html,
}
TABLES = {
    "Tag.prices": PRICES, "Tag.recommendations": RECOMMENDED, "Tag.memory": MEMORY,
    "Tag.uncounted": UNCOUNTED, "Tag.lines": lines.COLUMNS, "Tag.checks": CHECKED,
}  # fmt: skip


def signature(of):
    parameters = [
        p.replace(annotation=p.empty)
        for p in inspect.signature(of).parameters.values()
        if p.name != "self"
    ]
    if inspect.isclass(of):
        return f"({', '.join(p.name for p in parameters)})"
    return str(inspect.Signature(parameters))


def written():
    parts = [
        "# Reference: the price of a function\n\nFrom the docstrings; "
        "[`price.md`](price.md) shows how they are used.\n"
    ]
    for name, of in NAMES.items():
        parts.append(f"## `{name}`\n\n```\n{name}{signature(of)}\n```\n\n{inspect.getdoc(of)}\n")
    parts.append("## Columns\n\n| table | columns |\n|---|---|")
    parts += [f"| `{name}` | {', '.join(f'`{c}`' for c in columns)} |"
              for name, columns in TABLES.items()]  # fmt: skip
    return "\n".join(parts) + "\n"


def test_the_reference_is_what_the_docstrings_say():
    assert PAGE.read_text("utf-8") == written(), f"to write it anew: python {__file__}"


def test_what_a_reader_needs_is_said():
    for name, of in NAMES.items():
        doc = inspect.getdoc(of)
        assert doc and doc.splitlines()[0].endswith((".", ":", '"')), name


if __name__ == "__main__":
    PAGE.write_text(written(), "utf-8")
