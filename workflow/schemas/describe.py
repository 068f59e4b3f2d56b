"""Write every key of the configuration, and README's table of experiments, from the schemas.

Run by hand after a schema has changed (`python workflow/schemas/describe.py`); a test compares.
"""

import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src"))

from adcost.study.schema import documents  # noqa: E402

SCHEMAS = ROOT / "workflow/schemas"

TABLE = re.compile(r"(\| experiment \| question \|\n\|---\|---\|\n)(?:\|.*\n)+")

HEAD = """\
# The configuration, key by key

`config.yaml` is the study; `quick.yaml` holds the keys that make it small. Both are checked before
any job starts: a key that is not in this table is refused.

A file of your own replaces what it names: `snakemake --configfile mine.yaml`, or several files after
the one flag, of which later ones win; what runs is named before the flag (`snakemake hvp --configfile
mine.yaml`). Single values are also replaced by `--config seed=3 'hvp={layers: [10, 20, 30]}'`. A number,
a text or a list is replaced, a *section* key by key; a *section, replaced whole* holds things of your
choice, such as regions, and what is given there takes the place of all of it.

Written from `workflow/schemas/` and the experiments' `schema.yaml` by
`python workflow/schemas/describe.py`; do not edit.

| key | type | allowed | meaning |
|---|---|---|---|
"""


def load(name: str) -> dict[str, Any]:
    """A schema by its file name."""
    return documents(SCHEMAS)[name]


def rows(schema: dict[str, Any], key: str, document: dict[str, Any]) -> list[str]:
    """The table's rows for a schema and all below it."""
    if reference := schema.get("$ref"):
        file, _, pointer = reference.partition("#")
        document = load(file) if file else document
        target: Any = document
        for part in filter(None, pointer.split("/")):
            target = target[part]
        schema = target | {k: v for k, v in schema.items() if k != "$ref"}
    table = []
    if key:
        meaning = " ".join(schema.get("description", schema.get("title", "")).split())
        table.append(f"| `{key}` | {_type(schema)} | {_allowed(schema)} | {meaning} |")
    for name, below in schema.get("properties", {}).items():
        table += rows(below, f"{key}.{name}" if key else name, document)
    if isinstance(named := schema.get("additionalProperties"), dict):
        table += rows(named, f"{key}.‹name›", document)
    items = schema.get("items", {})
    if isinstance(items, dict) and "properties" in items:
        table += rows({"properties": items["properties"]}, f"{key}[]", document)[1:]
    return table


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return "choice"
    kind = schema.get("type", "")
    if isinstance(kind, list):
        return " or ".join(_type(schema | {"type": one}) for one in kind)
    if kind == "array":
        return f"list of {schema.get('items', {}).get('type', 'choices')}"
    if kind == "object":
        return "section, replaced whole" if schema.get("x-replaced-whole") else "section"
    return str(kind)


def _allowed(schema: dict[str, Any]) -> str:
    words = []
    if "enum" in schema:
        words.append(", ".join(f"`{choice}`" for choice in schema["enum"]))
    inner = schema.get("items", {}) if schema.get("type") == "array" else schema
    for word, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"),
                       ("exclusiveMaximum", "<")):  # fmt: skip
        if word in inner:
            words.append(f"{sign} {inner[word]}")
    if "minItems" in schema:
        words.append(f"at least {schema['minItems']}")
    if schema.get("uniqueItems"):
        words.append("each once")
    return ", ".join(words)


def page() -> str:
    """The whole page."""
    document = load("config.schema.yaml")
    return HEAD + "\n".join(rows(document, "", document)) + "\n"


def readme() -> str:
    """README with its table of experiments, in the study's order."""
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
    questions = {name: load(f"{name}.schema.yaml")["description"] for name in config["experiments"]}
    table = "".join(f"| `{name}` | {text} |\n" for name, text in questions.items())
    text = (ROOT / "README.md").read_text("utf-8")
    return TABLE.sub(lambda found: found[1] + table, text)


if __name__ == "__main__":
    (ROOT / "README.md").write_text(readme(), encoding="utf-8")
    (ROOT / "config/README.md").write_text(page(), encoding="utf-8")
