"""The report on paper: every page has something on it, every character a glyph."""

import re

import numpy as np
import pikepdf
import pypdfium2
import pytest


@pytest.fixture(scope="module", params=("en", "ru"))
def paper(request, whole, russian):
    return {"en": whole, "ru": russian}[request.param].results / "report.pdf"


@pytest.fixture(scope="module")
def document(paper):
    with pikepdf.open(paper) as document:
        yield document


def _inside(holder, *keys):
    """What lies under these keys, or nothing."""
    for key in keys:
        holder = holder.get(key, {})
    return holder


def _drawings(holder, seen):
    """The drawings of a page, and those within them, each once."""
    for item in _inside(holder, "/Resources", "/XObject").values():
        if item.Subtype == "/Form" and item.objgen not in seen:
            seen.add(item.objgen)
            yield item
            yield from _drawings(item, seen)


def _glyphs(holder):
    """The numbers of the glyphs that a page or drawing shows in fonts of two bytes a character."""
    fonts, known = _inside(holder, "/Resources", "/Font"), {}
    numbers = None
    for operands, operator in pikepdf.parse_content_stream(holder, "Tf Tj TJ"):
        if str(operator) == "Tf":
            name = str(operands[0])
            if name not in known:
                known[name] = _numbers(fonts[name])
            numbers = known[name]
        elif numbers is not None:
            for piece in operands[0] if str(operator) == "TJ" else operands:
                if isinstance(piece, pikepdf.String):
                    yield from numbers[np.frombuffer(bytes(piece), ">u2")]


def _numbers(font):
    """A composite font's glyph of each character code; None for a simple font."""
    if font.get("/Encoding") != "/Identity-H":
        return None
    kept = font.DescendantFonts[0].get("/CIDToGIDMap", "/Identity")
    if kept == "/Identity":
        return np.arange(2**16)
    listed = np.frombuffer(kept.read_bytes(), ">u2")
    return np.pad(listed, (0, 2**16 - len(listed)))


def test_no_page_is_empty(paper):
    document = pypdfium2.PdfDocument(paper)
    assert len(document) > 40
    for number, page in enumerate(document, 1):
        seen = page.render(scale=0.3).to_numpy()
        assert seen.std() > 4, f"page {number} is empty"


def test_every_character_has_a_glyph(document):
    shown, seen = 0, set()
    for number, page in enumerate(document.pages, 1):
        for holder in (page.obj, *_drawings(page.obj, seen)):
            glyphs = list(_glyphs(holder))
            shown += len(glyphs)
            assert 0 not in glyphs, f"page {number}"
    assert shown > 50_000


def test_text_can_be_found_and_fonts_are_inside(paper, document):
    text = ""
    for number, page in enumerate(pypdfium2.PdfDocument(paper), 1):
        found = page.get_textpage()
        text += found.get_text_range()
        for place in range(found.count_chars()):
            wrong = pypdfium2.raw.FPDFText_HasUnicodeMapError(found.raw, place)
            assert wrong == 0, f"page {number}: {text[-200:]}"
    words = re.findall("[а-яё]{3,}" if paper.parents[1].name == "russian" else "[a-z]{3,}", text)
    assert len(words) > 10_000
    for page in document.pages:
        for font in _inside(page.obj, "/Resources", "/Font").values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys()), descriptor.FontName


def test_contents_links_and_page_numbers(paper, document):
    with document.open_outline() as outline:
        assert len(outline.root) >= 16
    notes = [note for page in document.pages for note in page.obj.get("/Annots", [])]
    assert sum(note.Subtype == "/Link" for note in notes) > 200
    read = pypdfium2.PdfDocument(paper)
    for number in (4, 9):
        last = read[number].get_textpage().get_text_range().split()[-1]
        assert last == str(number + 1)


def test_figures_are_drawings_not_pictures(document):
    pictures = drawings = 0
    for page in document.pages:
        for item in _inside(page.obj, "/Resources", "/XObject").values():
            pictures += item.Subtype == "/Image"
            drawings += item.Subtype == "/Form"
    assert drawings > 40 and pictures <= 8  # Pictures are the posters of animations.
