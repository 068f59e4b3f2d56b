"""Build the report, HTML and PDF, from the judged tables, the figures and one Typst source.

Typst sets both documents; no number passes through Python. What Typst's HTML cannot hold is put in
afterwards: the style sheet, two font subsets, figures as inline SVG and animations as data URIs, so
that the page is one file which asks the network for nothing.
"""

import base64
import io
import json
import re
import shutil
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

import matplotlib
import typst
from fontTools import subset
from fontTools.ttLib import TTFont

from adcost.report.catalogue import Catalogue
from adcost.report.lecture import cited
from adcost.tables import replacing

HERE = Path(__file__).parent
FIGURE_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
ZIAMATH = Path(find_spec("ziamath").origin).parent  # importing it would load its font
MATH_FONT = ZIAMATH / "fonts" / "STIXTwoMath-Regular.ttf"
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"


class ReportError(ValueError):
    """The report cannot be built: a text, a table, a figure or a number is missing."""


def build(
    results: Path,
    html: Path,
    pdf: Path,
    experiments: list[str],
    language: str = "en",
    texts: Path | None = None,
    compared: bool = False,
) -> None:
    """Write the report on these experiments, as one HTML file and as PDF.

    ``results`` holds ``provenance.json`` and for each experiment ``claims.json``, ``numbers.json``
    and ``figures/``; ``texts`` is the folder of the language's texts, this package's own by
    default. If ``compared``, ``comparison.json`` is there too and has a section. The same
    inputs give the same bytes, and both files are replaced together or not.
    Raises :class:`ReportError` naming what is missing: a file, or a number, claim, figure or
    animation that a section calls.
    """
    results, texts = Path(results).resolve(), Path(texts or HERE / language).resolve()
    _check(results, texts, experiments, compared)
    given = {
        "language": language,
        "experiments": experiments,
        "compared": compared,
        "figures": {name: _drawn(results, name, ".svg", ".pdf") for name in experiments},
        "animations": {name: _drawn(results, name, ".mp4", ".png") for name in experiments},
    }
    page, paper = _typeset(results, texts, given)
    page = _complete(page.decode("utf-8"), results)
    with replacing(html) as new_html, replacing(pdf) as new_pdf:
        new_html.write_text(page, encoding="utf-8")
        new_pdf.write_bytes(paper)


def _check(results: Path, texts: Path, experiments: Iterable[str], compared: bool) -> None:
    """Every file that the template opens by itself, so that a missing one is named plainly."""
    needed = {
        texts / "main.typ": "the words of the language",
        results / "provenance.json": "where the results come from",
    }
    if compared:
        needed[results / "comparison.json"] = "how the run compares with the reference"
    for name in experiments:
        needed[texts / f"{name}.typ"] = f"the text of the section on {name}"
        needed[results / name / "claims.json"] = f"the claims of {name}"
        needed[results / name / "numbers.json"] = f"the numbers of {name}"
    missing = [f"{path} ({what})" for path, what in needed.items() if not path.is_file()]
    if missing:
        raise ReportError("the report lacks " + "; ".join(missing))


def _drawn(results: Path, experiment: str, *suffixes: str) -> list[str]:
    """The names of an experiment's figures that exist with every suffix."""
    found = [
        {path.stem for path in (results / experiment / "figures").glob(f"*{suffix}")}
        for suffix in suffixes
    ]
    return sorted(set.intersection(*found))


def _typeset(results: Path, texts: Path, given: dict) -> tuple[bytes, bytes]:
    """HTML and PDF as Typst gives them."""
    with tempfile.TemporaryDirectory(prefix="adcost-report-") as folder:
        # Typst reads below one root only, and links show it what lies elsewhere; the document
        # itself must not be a link.
        root = Path(folder).resolve()
        for source in HERE.glob("*.typ"):
            shutil.copy(source, root)
        (root / "text").symlink_to(texts)
        _judged(results, root / "judged", given)
        (root / "results").symlink_to(results)
        compiler = typst.Compiler(
            root / "document.typ",
            root=root,
            font_paths=[FIGURE_FONTS],
            ignore_system_fonts=True,
            sys_inputs={"given": json.dumps(given)},
        )
        try:
            # With warnings, or Typst prints each time that its HTML is young.
            page, _ = compiler.compile_with_warnings(format="html")
            paper, _ = compiler.compile_with_warnings(format="pdf")
        except typst.TypstError as error:
            raise ReportError(_explain(error)) from error
    return page, paper


def _judged(results: Path, folder: Path, given: dict) -> None:
    """Claims and numbers as the template reads them: in the report's language, sources linked."""
    for name in given["experiments"]:
        words = Catalogue.read(given["language"], name)
        claims = json.loads((results / name / "claims.json").read_text("utf-8"))
        for claim in claims:
            claim |= words.record({key: claim[key] for key in ("statement", "note", "source")})
            claim["source"] = cited(claim["source"], given["language"])
            for evidence in claim["evidence"]:
                evidence |= words.record({key: evidence[key] for key in ("unit", "predicted")})
        numbers = words.record(json.loads((results / name / "numbers.json").read_text("utf-8")))
        (folder / name).mkdir(parents=True)
        (folder / name / "claims.json").write_text(json.dumps(claims), "utf-8")
        (folder / name / "numbers.json").write_text(json.dumps(numbers), "utf-8")
        for text in sorted(words.missing):
            print(f"{name}: {given['language']} has no words for {text!r}")


def _explain(error: typst.TypstError) -> str:
    """Typst's message with its hints and the places that led to it."""
    lines = [error.message, *(f"hint: {hint}" for hint in error.hints or ()), *(error.trace or ())]
    return "the report does not compile: " + "\n".join(str(line) for line in lines)


def _complete(page: str, results: Path) -> str:
    """Put figures, animations, fonts and the style sheet into Typst's page."""
    page = _replace(page, "figure", lambda *place: _inline_svg(results, *place))
    page = _replace(page, "animation", lambda *place: _video(results, *place))
    formulas = "".join(re.findall(r"<math.*?</math>", page, re.S))
    drawings = "".join(re.findall(r"<svg.*?</svg>", page, re.S))
    style = "\n".join(
        [
            # A root has no character of its own in MathML.
            _font_face("Report Math", MATH_FONT, formulas and formulas + "√"),
            _font_face("Report Figure", FIGURE_FONTS / "DejaVuSans.ttf", drawings),
            (HERE / "style.css").read_text("utf-8"),
        ]
    )
    return page.replace("</head>", f"<style>\n{style}</style></head>", 1)


def _replace(page: str, kind: str, make: Callable[[str, str, str], str]) -> str:
    """Replace each placeholder of the template by ``make(experiment, name, alternative text)``."""
    pattern = rf'<div data-{kind}="([^"/]*)/([^"]*)" aria-label="([^"]*)"></div>'
    return re.sub(pattern, lambda match: make(*match.groups()), page)


def _inline_svg(results: Path, experiment: str, name: str, alt: str) -> str:
    """A figure of matplotlib as an element of the page: own ids, and colours the page can change.

    A colour #rrggbb becomes ``var(--c-rrggbb, #rrggbb)``, which the style sheet may set for a dark
    page.
    """
    ET.register_namespace("", SVG)
    root = ET.parse(results / experiment / "figures" / f"{name}.svg").getroot()
    prefix = f"{experiment}-{name}-"
    for parent in list(root.iter()):
        for child in list(parent):
            # The rules in <style> would hold for the whole page.
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        if reference := element.attrib.pop(f"{{{XLINK}}}href", None):
            element.set("href", reference)
        for key, value in element.attrib.items():
            if key == "id":
                value = prefix + value
            elif key == "href" and value.startswith("#"):
                value = f"#{prefix}{value[1:]}"
            elif key == "style":
                value = re.sub(r"#([0-9a-fA-F]{6})\b", _variable, value)
            element.set(key, re.sub(r"url\(#", f"url(#{prefix}", value))
    root.attrib.pop("height", None)
    root.attrib |= {"role": "img", "class": "plot"}
    # The label is escaped already, as Typst wrote it.
    text = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    return text.replace("<svg ", f'<svg aria-label="{alt}" ', 1)


def _variable(colour: re.Match[str]) -> str:
    return f"var(--c-{colour[1].lower()}, {colour[0]})"


def _video(results: Path, experiment: str, name: str, alt: str) -> str:
    """An animation as a data URI: it has controls, does not start by itself and shows a poster."""
    stem = results / experiment / "figures" / name
    film = _data("video/mp4", stem.with_name(f"{name}.mp4").read_bytes())
    poster = _data("image/png", stem.with_name(f"{name}.png").read_bytes())
    return (
        f'<video controls playsinline preload="metadata" aria-label="{alt}" poster="{poster}" '
        f'src="{film}"></video>'
    )


def _font_face(family: str, file: Path, text: str) -> str:
    """A rule with the part of a font that a text needs, nothing where there is no such text."""
    if not text:
        return ""
    options = subset.Options(layout_features=["*"], drop_tables=["FFTM"])
    font = TTFont(file, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    font.flavor = "woff2"
    stream = io.BytesIO()
    font.save(stream)
    address = _data("font/woff2", stream.getvalue())
    return f'@font-face {{ font-family: "{family}"; src: url("{address}"); }}'


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
