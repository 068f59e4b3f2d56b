"""The report's page as one file: Typst's HTML with figures, animations, fonts and style put in.

Figures stay SVG whose text is text, formulas are MathML, and both are set in fonts cut down to the
characters that the page uses. Headings get addresses that last, and the table of claims its filter.
"""

import base64
import html
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
FIGURE_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
# Found and not imported, which would load its font.
ZIAMATH = next(iter(getattr(find_spec("ziamath"), "submodule_search_locations", [])))
MATH_FONT = Path(ZIAMATH) / "fonts" / "STIXTwoMath-Regular.ttf"
ACCENTS = {"\u0304": "¯", "\u0307": "˙", "\u0308": "¨", "\u0302": "ˆ", "\u0303": "˜"}
HIGH = [f".//{tag}" for tag in ("mfrac", "mtable", "munder", "munderover", "msqrt", "mroot")]
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"


def complete(page: str, results: Path, experiments: Iterable[str]) -> str:
    """Typst's page with all that it needs inside it."""
    page = _addressed(page)
    page = re.sub(r"<math.*?</math>", lambda found: formula(found[0]), page, flags=re.S)
    page = _replace(page, "figure", lambda *place: _inline_svg(results, *place))
    page = _replace(page, "animation", lambda *place: _video(results, *place))
    formulas = "".join(re.findall(r"<math.*?</math>", page, re.S))
    drawings = "".join(re.findall(r"<svg.*?</svg>", page, re.S))
    tall = re.search(r"<m(sqrt|root)>((?!</m\1>).)*<m(frac|table|under)", formulas, re.S)
    style = "\n".join(
        [
            # A root has no character of its own in MathML.
            _font_face("Report Math", MATH_FONT, formulas and formulas + "√", short_roots=not tall),
            _font_face("Report Figure", FIGURE_FONTS / "DejaVuSans.ttf", drawings),
            (HERE / "style.css").read_text("utf-8"),
            *map(_filter, experiments),
        ]
    )
    return page.replace("</head>", f"<style>\n{style}</style></head>", 1)


def formula(text: str) -> str:
    """Typst's MathML, with what browsers set wrongly in this font put into words they set rightly.

    A combining accent has no width and stands left of its letter: its spacing form does not. A
    fence is stretched where something high is between, for a box has the width of the longest
    fence of the font. A root has the height of its sign, which is higher than a letter.
    """
    root = ET.fromstring(text)
    for element in list(root.iter()):
        if element.tag == "mover" and element[1].text in ACCENTS:
            element[1].text = ACCENTS[element[1].text]
            element[1].set("stretchy", "false")
        if element.tag == "mrow" and len(element) > 1 and not any(map(element.find, HIGH)):
            for fence in (element[0], element[-1]):
                if fence.tag == "mo":
                    fence.set("stretchy", "false")
        if element.tag in ("msqrt", "mroot"):
            element.insert(0, ET.Element("mspace", {"height": "0.75em", "depth": "0.2em"}))
    return ET.tostring(root, encoding="unicode")


def _addressed(page: str) -> str:
    """Replace the numbers by which Typst calls a section's headings by words: `#hvp-method`."""
    addresses: dict[str, str] = {}
    section = ""
    for level, name, text in re.findall(r'<h(\d) id="([^"]*)">(.*?)</h\1>', page, re.S):
        if level == "2":
            section = name.removeprefix("section-")
        elif name.startswith("loc-"):
            words = re.findall(r"\w+", html.unescape(re.sub("<.*?>", "", text)).lower())
            address = "-".join([section, *words])
            taken = list(addresses.values()).count(address)
            addresses[name] = f"{address}-{taken + 1}" if taken else address
    return re.sub(
        r'\b(id|href)="(#?)(loc-\d+)"',
        lambda m: f'{m[1]}="{m[2]}{addresses.get(m[3], m[3])}"',
        page,
    )


def _filter(experiment: str) -> str:
    """A rule that hides other experiments' claims: a claim's statement links to its section."""
    return (
        f".claims:has(#only-{experiment}:checked) tbody "
        f'tr:not(:has(a[href="#section-{experiment}"])) {{ display: none; }}'
    )


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
    # A width that the style sheet can scale.
    root.attrib |= {"role": "img", "class": "plot", "style": f"--width: {root.attrib.pop('width')}"}
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


def _font_face(family: str, file: Path, text: str, short_roots: bool = False) -> str:
    """A rule with the part of a font that a text needs, nothing where there is no such text.

    ``short_roots``: without the longer signs of roots. A browser leaves room for the widest of them
    behind every root, so they are there only where a root is over something tall.
    """
    return _part(family, file, "".join(sorted(set(text))), short_roots) if text else ""


@cache
def _part(family: str, file: Path, characters: str, short_roots: bool) -> str:
    options = subset.Options(layout_features=["*"], drop_tables=["FFTM"])
    font = TTFont(file, recalcTimestamp=False)
    if short_roots:
        variants = font["MATH"].table.MathVariants
        place = variants.VertGlyphCoverage.glyphs.index(font.getBestCmap()[ord("√")])
        del variants.VertGlyphCoverage.glyphs[place], variants.VertGlyphConstruction[place]
        variants.VertGlyphCount -= 1
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font.flavor = "woff2"
    stream = io.BytesIO()
    font.save(stream)
    address = _data("font/woff2", stream.getvalue())
    return f'@font-face {{ font-family: "{family}"; src: url("{address}"); }}'


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
