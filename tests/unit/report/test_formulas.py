"""Every formula of the texts has in HTML the letters and accents that it has on paper."""

import json
import re
import unicodedata
from xml.etree import ElementTree

import pytest
import typst

from adcost.catalogue import EXPERIMENTS, TEXTS, languages
from adcost.report.page import formula

FORMULA = re.compile(r"\$[^$]+\$")
CALL = re.compile(r'#[nm]\((?:[^()"]|"[^"]*")*\)')
COMMENT = re.compile(r"^\s*//.*$", re.M)
NUMBER = '#"1.00\u202f×\u202f10⁻⁶"'
MATHML = set(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover "
    "mtable mtr mtd".split()
)
DELIMITERS = {"vec": "()", "mat": "()", "binom": "()", "cases": "{"}
CHILDREN = {
    "sequence": ("children",),
    "equation": ("body",),
    "lr": ("body",),
    "mid": ("body",),
    "class": ("body",),
    "limits": ("body",),
    "scripts": ("body",),
    "styled": ("child",),
    "op": ("text",),
    "frac": ("num", "denom"),
    "binom": ("upper", "lower"),
    "attach": ("base", "b", "br", "t", "tr"),
    "root": ("radicand", "index"),
    "vec": ("children",),
    "cases": ("children",),
    "mat": ("rows",),
    "accent": ("base", "accent"),
    "text": ("text",),
    "symbol": ("text",),
    "space": (),
    "h": (),
}


def formulas(language):
    """The formulas of a language's texts, calls for numbers replaced by the longest kind."""
    for file in [TEXTS / language / "main.typ", *sorted(EXPERIMENTS.glob(f"*/*.{language}.typ"))]:
        for found in FORMULA.findall(COMMENT.sub("", file.read_text("utf-8"))):
            yield CALL.sub(NUMBER, found)


def of_source(node):
    """What Typst sets on paper: characters in order, accents after what they stand on."""
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return "".join(map(of_source, node))
    kind = node["func"]
    if kind == "primes":
        return "′" * node["count"]
    # A kind that is not known here is compared by its name, and so is not lost in silence.
    parts = [of_source(node[key]) for key in CHILDREN.get(kind, ()) if node.get(key)]
    around = DELIMITERS.get(kind, "")
    lead = {"root": "√"}.get(kind, "" if kind in CHILDREN else f"<{kind}>")
    return lead + around[:1] + "".join(parts) + around[1:]


def of_page(element):
    """The same of an element of MathML."""
    lead = "√" if element.tag in ("msqrt", "mroot") else ""
    return lead + (element.text or "") + "".join(map(of_page, element))


def bare(text):
    """Letters without their style (𝑏 is b), no spaces."""
    return re.sub(r"[\s\u2060-\u2064]", "", unicodedata.normalize("NFKD", text))


@pytest.fixture(scope="module", params=languages())
def typeset(request, tmp_path_factory):
    """Each formula with what it is on paper, Typst's tree, and on the page, MathML."""
    sources = list(formulas(request.param))
    file = tmp_path_factory.mktemp(request.param) / "formulas.typ"
    file.write_text("\n\n".join(sources), "utf-8")
    compiler = typst.Compiler(file)
    page, _ = compiler.compile_with_warnings(format="html")
    trees = json.loads(compiler.query("math.equation"))
    elements = [formula(it) for it in re.findall(r"<math.*?</math>", page.decode("utf-8"), re.S)]
    assert len(sources) == len(trees) == len(elements) > 100
    return list(zip(sources, trees, map(ElementTree.fromstring, elements), strict=True))


def test_html_has_every_letter_and_accent(typeset):
    found = {source: (bare(of_source(t)), bare(of_page(e))) for source, t, e in typeset}
    assert {source: both for source, both in found.items() if both[0] != both[1]} == {}


def test_formulas_hold_nothing_that_ends_them(typeset):
    """For a browser a tag of HTML ends the formula: what follows is text beside it."""
    tags = {source: {part.tag for part in e.iter()} - MATHML for source, _, e in typeset}
    assert {source: found for source, found in tags.items() if found} == {}
