"""Write a new experiment: `make new-experiment NAME=…`.

Its files are those of `docs/add-an-experiment.md`, with another name.
"""

import keyword
import re
import sys
from pathlib import Path

PAGE = "docs/add-an-experiment.md"
NAME = re.compile(r"[a-z][a-z0-9_]*")
BLOCK = re.compile(r'^```(?!diff)\w+ title="([^"]+)"\n(.*?)^```', re.MULTILINE | re.DOTALL)
"""A file of the page; a block ``diff`` is a change that the reader may make to one."""
OF_THE_PAGE = re.compile(r"\bchain\b")
SECTION = "config/config.yaml"
LISTED = re.compile(r"^experiments:\s*\[([^\]]*)\]", re.MULTILINE)

NEXT = """
Replace what is said about nested sines (texts, source, statement, description): {page}
Run it:   snakemake {name}
Test it:  python -m pytest tests/unit/experiments/{name} tests/contract -k {name}"""


class CannotWrite(ValueError):
    """The experiment cannot be written; the message says what to do."""


def write(name: str, checkout: Path) -> list[Path]:
    """Write the experiment ``name`` into a checkout; returns the files written or changed.

    Raises :class:`CannotWrite` before anything is written.
    """
    own = checkout / "src/adcost/experiments" / name
    tests = checkout / "tests/unit/experiments" / name
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise CannotWrite(
            f"{name!r} cannot name an experiment: use small letters, digits and underscores, a "
            "letter first, as in NAME=nested_sines"
        )
    if there := [str(folder) for folder in (own, tests) if folder.exists()]:
        raise CannotWrite(f"{', '.join(there)} is there already: choose another NAME")
    text = (checkout / SECTION).read_text("utf-8")
    if not LISTED.search(text):
        raise CannotWrite(f"{SECTION} has no list `experiments: [...]` to put {name} into")
    blocks = {
        title: OF_THE_PAGE.sub(name, block)
        for title, block in BLOCK.findall((checkout / PAGE).read_text("utf-8"))
    }
    text = LISTED.sub(lambda listed: _with(name, listed), text)
    files = {checkout / SECTION: f"{text}\n{blocks.pop(SECTION)}", own / "__init__.py": ""}
    for title, block in blocks.items():
        folder, _, file = title.rpartition("/")
        files[(tests if folder == "tests" else own) / file] = block
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return list(files)


def _with(name: str, listed: re.Match[str]) -> str:
    """The list with one name more, its lines as they are."""
    return listed[0].replace("]", f", {name}]" if listed[1].strip() else f"{name}]")


def main() -> None:
    """Write the experiment that the command line names into this checkout."""
    if len(sys.argv) != 2:
        sys.exit("This needs a name: make new-experiment NAME=nested_sines")
    checkout = Path.cwd()
    try:
        written = write(sys.argv[1], checkout)
    except CannotWrite as error:
        sys.exit(str(error))
    print(*(path.relative_to(checkout) for path in written), sep="\n")
    print(NEXT.format(name=sys.argv[1], page=PAGE))


if __name__ == "__main__":
    main()
