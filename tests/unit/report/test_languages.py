"""Every language says what the others say: files, headings, numbers, verdicts, figures, words."""

import re
from collections import Counter

import pytest

from adcost.catalogue import EXPERIMENTS, TEXTS, languages
from adcost.study.plans import known_experiments

OTHERS = [language for language in languages() if language != "en"]


def sections(language):
    """What a language has for experiments: `hvp/report`, `hvp/summary` and so on."""
    paths = EXPERIMENTS.glob(f"*/*.{language}.typ")
    return sorted(f"{path.parent.name}/{path.name.split('.')[0]}" for path in paths)


SECTIONS = sections("en")
CALL = re.compile(r"#(?:n|m|verdict|claims-of)\((?:[^()]|\([^()]*\))*\)")
SHOWN = re.compile(r'#(?:figure-of|animation-of|rows)\(\s*"[^"]*",\s*"[^"]*"')


def text_of(language, section):
    own = (
        TEXTS / language / "main.typ"
        if section == "main"
        else EXPERIMENTS / f"{section}.{language}.typ"
    )
    return own.read_text("utf-8")


def calls(text):
    """What a section sets by name, and how often; its code and its headings, by level."""
    found = Counter(re.sub(r"\s+", "", call) for call in CALL.findall(text) + SHOWN.findall(text))
    found.update(re.findall(r"`[^`]+`", text))
    return found, re.findall(r"^=+(?= )", text, re.M)


def words_of(text):
    """The names in the dictionaries of a language's main file."""
    return Counter(re.findall(r"^  ([a-z_-]+): ", text, re.M)), re.findall(
        r"^#let (\S+)", text, re.M
    )


def test_there_is_another_language():
    assert OTHERS == ["ru"]


@pytest.mark.parametrize("language", OTHERS)
def test_no_section_is_missing_in_either(language):
    assert sections(language) == SECTIONS
    assert {section.split("/")[0] for section in SECTIONS} == set(known_experiments())


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("section", ["main", *SECTIONS])
def test_sections_show_the_same(section, language):
    assert calls(text_of(language, section)) == calls(text_of("en", section))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("section", [it for it in SECTIONS if it.endswith("/report")])
def test_sections_are_in_their_language(section, language):
    """Prose, told by its letters, once comments, code, formulas and names are taken out."""
    aside = r"//.*|`[^`]*`|\$[^$]*\$|#\w+\([^)]*\)|#\S+.*|[a-z-]+: "
    prose = re.sub(aside, "", text_of(language, section))
    own, latin = re.findall("[а-яё]+", prose, re.I), re.findall("[a-z]{4,}", prose)
    assert len(own) > 3 * len(latin)


@pytest.mark.parametrize("language", OTHERS)
def test_the_words_that_the_template_sets_are_the_same(language):
    assert words_of(text_of(language, "main")) == words_of(text_of("en", "main"))
