"""What a claim cites of the lecture: in the reader's language, and linked to its section there.

Claims name sections by their headings in the lecture's own language, which is Russian.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from adcost import strict_yaml

FILE = Path(__file__).with_name("lecture.yaml")
LANGUAGE = "ru"


def cited(source: str, language: str) -> list[dict[str, str]]:
    """The pieces of a claim's source: ``text``, and ``url`` where it is a section of the lecture.

    The lecture's words are translated if the language is another than its own.
    """
    sections = {section["heading"]: section for section in _lecture()["sections"]}
    names = sorted(sections, key=len, reverse=True)
    pieces = []
    for text in re.split("(" + "|".join(map(re.escape, names)) + ")", source):
        if text in sections:
            pieces.append({"text": _heading(sections[text], language), "url": url(sections[text])})
        elif text:
            pieces.append({"text": _phrases(text, language), "url": ""})
    return pieces


def about(language: str) -> dict[str, str]:
    """The lecture's ``title``, ``author``, ``course`` and ``school`` in a language.

    ``page`` is its address and ``original`` the title in its own language. Raises
    :class:`KeyError` for a language that ``lecture.yaml`` has no names in.
    """
    lecture = _lecture()
    names = {key: lecture[key][language] for key in ("title", "author", "course", "school")}
    return {**names, "original": lecture["title"][LANGUAGE], "page": lecture["page"]}


def url(section: dict[str, str]) -> str:
    """Where the section is: the lecture's page, scrolled to the heading by a text fragment.

    A browser that does not know text fragments opens the page at its top
    (WICG, URL Fragment Text Directives).
    """
    after = f",-{_encoded(section['after'])}" if "after" in section else ""
    return f"{_lecture()['page']}#:~:text={_encoded(section['heading'])}{after}"


def _encoded(text: str) -> str:
    """Percent-encoded, the hyphen too, which separates the parts of a text directive."""
    return quote(text, safe="").replace("-", "%2D")


def _heading(section: dict[str, str], language: str) -> str:
    return section["heading"] if language == LANGUAGE else section[language]


def _phrases(text: str, language: str) -> str:
    if language == LANGUAGE:
        return text
    for phrase in _lecture()["phrases"]:
        text = text.replace(phrase[LANGUAGE], phrase[language])
    return text.translate({ord("«"): "“", ord("»"): "”"})


@cache
def _lecture() -> dict[str, Any]:
    return strict_yaml.read(FILE)
