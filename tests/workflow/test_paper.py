"""The report on paper: every page has something on it, every character a glyph."""

import re

import numpy as np
import pypdfium2
import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream


@pytest.fixture(scope="module", params=("en", "ru"))
def paper(request, whole, russian):
    return {"en": whole, "ru": russian}[request.param].results / "report.pdf"


@pytest.fixture(scope="module")
def pages(paper):
    return PdfReader(paper).pages


def _inside(holder, *keys):
    """What lies under these keys, or nothing, whether it is kept in its place or elsewhere."""
    for key in keys:
        holder = holder[key].get_object() if key in holder else {}
    return holder


def _streams(holder, reader, seen):
    """The contents of a page and of the drawings in it, each with its fonts."""
    contents = _inside(holder, "/Contents") if "/Contents" in holder else holder
    yield _inside(holder, "/Resources", "/Font"), ContentStream(contents, reader)
    for reference in _inside(holder, "/Resources", "/XObject").values():
        drawing = reference.get_object()
        if drawing["/Subtype"] == "/Form" and reference.idnum not in seen:
            seen.add(reference.idnum)
            yield from _streams(drawing, reader, seen)


def _glyphs(fonts, stream):
    """The numbers of the glyphs that a stream shows in fonts of two bytes a character."""
    numbers = None
    for operands, operator in stream.operations:
        if operator == b"Tf":
            numbers = _numbers(fonts[operands[0]].get_object())
        elif operator in (b"Tj", b"TJ") and numbers is not None:
            for piece in operands[0] if operator == b"TJ" else operands:
                if isinstance(piece, (bytes, str)):
                    raw = getattr(piece, "original_bytes", piece)
                    yield from numbers[np.frombuffer(raw, ">u2")]


def _numbers(font):
    """A composite font's glyph of each character code; None for a simple font."""
    if font.get("/Encoding") != "/Identity-H":
        return None
    kept = font["/DescendantFonts"][0].get_object().get("/CIDToGIDMap")
    if kept is None or kept.get_object() == "/Identity":
        return np.arange(2**16)
    listed = np.frombuffer(kept.get_object().get_data(), ">u2")
    return np.pad(listed, (0, 2**16 - len(listed)))


def test_no_page_is_empty(paper):
    document = pypdfium2.PdfDocument(paper)
    assert len(document) > 40
    for number, page in enumerate(document, 1):
        seen = page.render(scale=0.3).to_numpy()
        assert seen.std() > 4, f"page {number} is empty"


def test_every_character_has_a_glyph(paper):
    reader = PdfReader(paper)
    shown, seen = 0, set()
    for page in reader.pages:
        for fonts, stream in _streams(page, reader, seen):
            glyphs = list(_glyphs(fonts, stream))
            shown += len(glyphs)
            assert 0 not in glyphs, f"page {page.page_number + 1}"
    assert shown > 50_000


def test_text_can_be_found_and_fonts_are_inside(paper, pages):
    text = ""
    for number, page in enumerate(pypdfium2.PdfDocument(paper), 1):
        found = page.get_textpage()
        text += found.get_text_range()
        for place in range(found.count_chars()):
            wrong = pypdfium2.raw.FPDFText_HasUnicodeMapError(found.raw, place)
            assert wrong == 0, f"page {number}: {text[-200:]}"
    words = re.findall("[а-яё]{3,}" if paper.parents[1].name == "russian" else "[a-z]{3,}", text)
    assert len(words) > 10_000
    for page in pages:
        for font in _inside(page, "/Resources", "/Font").values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = _inside(inner, "/FontDescriptor")
            assert {"/FontFile2", "/FontFile3"} & set(descriptor), descriptor["/FontName"]


def test_contents_links_and_page_numbers(paper, pages):
    reader = PdfReader(paper)
    chapters = [entry for entry in reader.outline if not isinstance(entry, list)]
    assert len(chapters) >= 16
    links = [
        note.get_object()
        for page in pages
        for note in page.get("/Annots", [])
        if note.get_object()["/Subtype"] == "/Link"
    ]
    assert len(links) > 200
    for number in (4, 9):
        last = pages[number].extract_text().split()[-1]
        assert last == str(number + 1)


def test_figures_are_drawings_not_pictures(pages):
    pictures = drawings = 0
    for page in pages:
        for item in _inside(page, "/Resources", "/XObject").values():
            pictures += item.get_object()["/Subtype"] == "/Image"
            drawings += item.get_object()["/Subtype"] == "/Form"
    assert drawings > 40 and pictures <= 8  # Pictures are the posters of animations.
