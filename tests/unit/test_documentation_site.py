"""The pages: all in the site's navigation, links that resolve, pictures as they are made."""

import importlib.util
import re
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
OUTSIDE = ("README", "CONTRIBUTING", "CHANGELOG", "SECURITY", "config/README", "results/README",
           "tests/README")  # fmt: skip
PAGES = [*(ROOT / f"{name}.md" for name in OUTSIDE), *sorted(DOCS.rglob("*.md"))]

FENCE = re.compile(r"^ *(`{3,}).*?^ *\1 *$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)|<(?:img|a)\b[^>]*\b(?:src|href)=\"([^\"]+)\"")


def _tool(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"tools/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _named(nav):
    """The files of a navigation, in its order."""
    if isinstance(nav, str):
        return [nav]
    parts = nav.values() if isinstance(nav, dict) else nav
    return [name for part in parts for name in _named(part)]


def _anchors(text):
    """The anchors of a page's headings, as GitHub and MkDocs both make them."""
    titles = re.findall(
        r"^#+ (.*)$", FENCE.sub(lambda found: found[0].replace("#", ""), text), re.M
    )
    plain = (unicodedata.normalize("NFC", re.sub(r"[`*]", "", title)).lower() for title in titles)
    return {re.sub(r"[^\w\- ]", "", title).strip().replace(" ", "-") for title in plain}


def broken(text, folder):
    """The links of a text in ``folder`` that lead to no file, or to no heading of a page."""
    found = []
    for pair in LINK.findall(FENCE.sub("", text)):
        target = "".join(pair)
        if re.match(r"(https?|mailto):", target):
            continue
        name, _, anchor = target.partition("#")
        path = folder / name if name else None
        if path and not path.exists():
            found.append(target)
        elif anchor and anchor not in _anchors(path.read_text("utf-8") if path else text):
            found.append(target)
    return found


def test_every_page_is_in_the_navigation_once():
    assert sorted(_named(SITE["nav"])) == sorted(
        path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_or_a_heading(page):
    assert broken(page.read_text("utf-8"), page.parent) == []


def test_a_link_to_nothing_is_found():
    text = (
        "[a](price.md) [b](gone.md) ![c](gone.svg) `[d](x)`\n```\n[e](y)\n```\n[f](#here)\n# Here\n"
    )
    assert broken(text, DOCS) == ["gone.md", "gone.svg"]
    assert broken("[a](price.md#a-function) [b](price.md#no-such) [c](#c)", DOCS) == [
        "price.md#no-such", "#c",
    ]  # fmt: skip


def test_readme_leads_to_every_page_or_to_one_that_does():
    """Nothing is written where no reader comes to."""
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = (
            "".join(pair).partition("#")[0] for pair in LINK.findall(page.read_text("utf-8"))
        )
        paths = ((page.parent / target).resolve() for target in targets if target.endswith(".md"))
        waiting += [path for path in paths if path.is_file()]
    # Those are shells that only the site fills, or its entrance.
    lacking = [
        page
        for page in set(DOCS.glob("*.md")) - reached - {DOCS / "index.md"}
        if not re.search(r"^(<!-- include: |::: )", page.read_text("utf-8"), re.M)
    ]
    assert lacking == []


def test_the_gallery_says_what_the_reference_run_found():
    gallery, readme = _tool("gallery"), (ROOT / "README.md").read_text("utf-8")
    assert readme == gallery.written(readme, ROOT / "results/reference"), (
        "run `python docs/tools/gallery.py results` on a full run"
    )
    pictures = {f"{entry['figure'].replace('/', '-')}.svg" for entry in gallery.entries()}
    assert pictures == {path.name for path in (DOCS / "figures").iterdir()}


def test_the_gallery_refuses_a_finding_that_is_not_reproduced():
    gallery = _tool("gallery")
    entry = gallery.entries()[0] | {"figure": "hvp/scaling"}
    for claim, verdict in (("hvp.constant_of_gradient_time", "refuted"), ("hvp.none", "missing")):
        with pytest.raises(ValueError, match=f"{claim} is {verdict}"):
            gallery.finding(entry | {"claims": [claim]}, ROOT / "results/reference")


def test_the_drawing_is_of_the_imports_and_they_make_no_circle():
    imports = _tool("imports")
    assert imports.DRAWING.read_text("utf-8") == imports.drawing(imports.imports()), (
        "run `python docs/tools/imports.py`"
    )


def test_arrows_point_down_and_those_that_follow_are_left_out():
    imports = _tool("imports")
    found = {"a": {"b", "c"}, "b": {"c"}, "c": set(), "d": {"c"}}
    level = imports.levels(found)
    assert all(level[name] > level[other] for name in found for other in found[name])
    assert imports.reduced(found) == found | {"a": {"b"}}
    with pytest.raises(imports.CycleError):
        imports.levels({"a": {"b"}, "b": {"a"}})


def test_entries_of_a_docstring_become_a_list():
    text = "Tables.\n\nHead:\n``a``  one\n    goes on\n``b, c``  two\n\n``d`` is no entry."
    assert _tool("tables").listed(text) == (
        "Tables.\n\nHead:\n\n- ``a``  one\n    goes on\n- ``b, c``  two\n\n``d`` is no entry."
    )


@pytest.mark.parametrize("experiment", _tool("tables").experiments())
def test_every_column_and_quantity_of_the_reference_is_described(experiment):
    """In a docstring of the experiment, or on the page for those that all share."""
    shared = re.findall(r"`(\w+)`", (DOCS / "tables.md").read_text("utf-8"))
    own = " ".join(_tool("tables").described(experiment).values())
    described = {*shared, *re.findall(r"\w+", " ".join(re.findall(r"``([^`]+)``", own)))}
    families = tuple(re.findall(r"``(\w+_)<", own))  # ``largest_<i>``
    for path in sorted((ROOT / "results/reference" / experiment).glob("*.csv.gz")):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        names = {*table.columns, *table.get("quantity", ())}
        lacking = {name for name in names - described if not name.startswith(families)}
        assert lacking == set(), path.name
    assert own, f"no module of {experiment} says what its tables hold"


def test_the_architecture_page_names_every_package():
    page, imports = (DOCS / "architecture.md").read_text("utf-8"), _tool("imports").imports()
    packages = {name for name in imports if (ROOT / f"src/adcost/{name}").is_dir()}
    assert {name for name in packages if f"`{name}`" not in page} == set()


def test_the_sites_pins_have_hashes_and_no_address():
    lock = (DOCS / "requirements.lock").read_text("utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", lock)
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock and "--index" not in lock
    wanted = re.findall(r"^([a-z-]+)", (DOCS / "requirements.in").read_text("utf-8"), re.M)
    assert {name for name in wanted if f"\n{name}==" not in f"\n{lock}"} == set()


def test_the_snakemake_workflow_catalog_can_list_it():
    """Its requirements on repositories, and on those with standardized usage."""
    readme = (ROOT / "README.md").read_text("utf-8").lower()
    assert "snakemake" in readme and "workflow" in readme
    assert (ROOT / "workflow/Snakefile").is_file() and list((ROOT / "workflow/rules").glob("*.smk"))
    assert (ROOT / "config/README.md").is_file()
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text("utf-8"))["usage"]
    assert set(usage) >= {"mandatory-flags", "software-stack-deployment", "report"}
    assert set(usage["mandatory-flags"]) == {"desc", "flags"}
    environments = re.findall(r"^ +conda:", _rules(), re.M)
    assert usage["software-stack-deployment"]["conda"] is bool(environments)


def _rules():
    files = [ROOT / "workflow/Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
    return "\n".join(path.read_text("utf-8") for path in files)
