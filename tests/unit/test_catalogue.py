"""Catalogues: templates, numbers, words within words, and what is refused."""

import json
import re

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from adcost import catalogue
from adcost.catalogue import Catalogue, CatalogueError, template
from adcost.study.plans import known_experiments

WORDS = {
    "{} of {} starts": "стартов: {} из {}",
    "{} probes, {} images": "изображений: {1}, пробных векторов: {0}",
    "{*}: counted": "{*}: подсчёт",
    "{*} after {*}": "{*} после {*}",
    "{*}, {} MB": "{*}, {} МБ",
    "store all": "хранить всё",
    "every {} blocks": "каждые {} блока",
    "Hutch++": "Hutch++",
}

LETTERS = {"ru": "[а-яё]"}
"""What a text in the language has at least one of."""

HEADER = r"""msgid ""
msgstr ""
"Language: xx\n"
"Content-Type: text/plain; charset=utf-8\n"
"""


def po(words):
    """A catalogue in the language xx, as the text of its file."""
    quoted = [[json.dumps(said, ensure_ascii=False) for said in pair] for pair in words.items()]
    return HEADER + "".join(f"\nmsgid {entry}\nmsgstr {said}\n" for entry, said in quoted)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("7 of 10 starts", "стартов: 7 из 10"),
        ("30 probes, 1,000 images", "изображений: 1,000, пробных векторов: 30"),
        ("store all: counted", "хранить всё: подсчёт"),
        ("store all after every 4 blocks", "хранить всё после каждые 4 блока"),
        ("every 4 blocks, 15 MB", "каждые 4 блока, 15 МБ"),
        ("Hutch++: counted", "Hutch++: подсчёт"),
        ("Hutch++", "Hutch++"),
        ("", ""),
        ("12 × 3.5", "12 × 3.5"),
        ("κ", "κ"),
    ],
)
def test_texts_are_translated_with_their_numbers(text, words):
    words_of = Catalogue(WORDS)
    assert words_of(text) == words
    assert not words_of.missing


def test_what_has_no_words_stays_and_is_remembered():
    words_of = Catalogue(WORDS)
    assert words_of("recompute all: counted") == "recompute all: подсчёт"
    assert words_of("after 3 steps") == "after 3 steps"
    assert words_of.missing == {"recompute all", "after {} steps"}


def test_what_is_translated_already_is_not_missing():
    words_of = Catalogue(WORDS)
    assert words_of("хранить всё") == "хранить всё"
    assert not words_of.missing


def test_records_are_translated_but_for_their_keys():
    record = {"store all": ["store all", 3, None, {"Hutch++": "7 of 10 starts"}]}
    assert Catalogue(WORDS).record(record) == {
        "store all": ["хранить всё", 3, None, {"Hutch++": "стартов: 7 из 10"}]
    }


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("gpt2 in float32, x1", "gpt2 in float32, x1"),
        ("at −3.5e-07 [1, 2]", "at {} [{}, {}]"),
        ("1,024 tokens, 95 %.", "{} tokens, {} %."),
        ("12\u202f345 sites", "{} sites"),
        ("−1.5×10⁻⁷ of 10⁻³", "{} of {}⁻³"),
    ],
)
def test_numbers_are_told_from_names(text, made):
    assert template(text) == made


@given(st.text(alphabet="ab 1.,{}*-e", max_size=20))
def test_without_words_every_text_stays(text):
    assert Catalogue({})(text) == text


@given(st.lists(st.integers(0, 10**6).map(str), min_size=1, max_size=4), st.randoms())
def test_every_number_arrives_in_any_order(numbers, random):
    places = random.sample(range(len(numbers)), len(numbers))
    words = " и ".join(f"{{{place}}}" for place in places)
    words_of = Catalogue({" and ".join(["{}"] * len(numbers)): words})
    assert words_of(" and ".join(numbers)) == " и ".join(numbers[place] for place in places)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (po({"{} steps": "шаги"}), "line 6: '{} steps'.* must have the 1 numbers"),
        (po({"{} of {}": "{0} из {}"}), "line 6: '{} of {}'.* must have the 2 numbers"),
        (po({"{} of {}": "{0} из {2}"}), "line 6: '{} of {}'.* must have the 2 numbers"),
        (po({"{*} of": "из"}), r"line 6: '{\*} of'.* as many {\*}"),
        (po({"steps": "шаги"}) + '\nmsgid "steps"\nmsgstr ""\n', "line 9: .* given twice"),
        (po({}) + '\nmsgid "steps"\n', "line 6: missing msgstr for msgid 'steps'"),
        (po({}) + '\nmsgid "steps"\nmsgstr "шаги\n', "line 7: .* it is 'msgstr \"шаги'"),
        (po({}) + '\nmsgctxt "plan"\nmsgid "steps"\nmsgstr "шаги"\n', "line 6: .*msgctxt"),
        (po({}) + '\nmsgid "step"\nmsgid_plural "steps"\n', "line 7: .*msgid_plural"),
        ('"steps": "шаги"', "line 1: allowed are"),
        ('"steps"', "line 1: Got line starting with"),
        ('msgid "steps"\nmsgstr "шаги"\n', "header.* says Language: xx; found is None"),
        (po({}).replace("xx", "ru"), "header.* says Language: xx; found is ru"),
        ("", "header"),
    ],
)
def test_what_is_wrong_in_a_catalogue_is_refused_by_file_line_and_entry(
    text, says, tmp_path, monkeypatch
):
    monkeypatch.setattr(catalogue, "TEXTS", tmp_path)
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx/words.po").write_text(text, "utf-8")
    with pytest.raises(CatalogueError, match=f"xx/words.po.*{says}"):
        Catalogue.read("xx", "toy")


def test_a_catalogue_in_another_encoding_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "TEXTS", tmp_path)
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx/words.po").write_bytes(po({"steps": "шаги"}).encode("cp1251"))
    with pytest.raises(CatalogueError, match=r"xx/words\.po: byte .* is not UTF-8"):
        Catalogue.read("xx", "toy")


def test_what_is_untranslated_fuzzy_or_obsolete_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "TEXTS", tmp_path)
    (tmp_path / "xx").mkdir()
    fuzzy = '\n#, fuzzy\nmsgid "points"\nmsgstr "точка"\n\n#~ msgid "rows"\n#~ msgstr "строки"\n'
    (tmp_path / "xx/words.po").write_text(po({"steps": "", "runs": "запуски"}) + fuzzy, "utf-8")
    words_of = Catalogue.read("xx", "toy")
    texts = ["steps", "points", "rows", "runs"]
    assert [words_of(text) for text in texts] == ["steps", "points", "rows", "запуски"]
    assert words_of.missing == {"steps", "points", "rows"}


def test_an_experiments_words_go_before_the_shared(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "TEXTS", tmp_path)
    monkeypatch.setattr(catalogue, "EXPERIMENTS", tmp_path)
    (tmp_path / "xx").mkdir()
    (tmp_path / "toy").mkdir()
    assert Catalogue.read("xx", "toy")("step") == "step"
    (tmp_path / "xx/words.po").write_text(po({"step": "шаг", "point": "точка"}), "utf-8")
    (tmp_path / "toy/words.xx.po").write_text(po({"step": "ступень"}), "utf-8")
    words_of = Catalogue.read("xx", "toy")
    assert (words_of("step"), words_of("point")) == ("ступень", "точка")
    assert [path.name for path in catalogue.files("xx", "toy")] == ["words.po", "words.xx.po"]


def test_languages_are_the_folders_with_a_front_text():
    assert catalogue.languages() == ["en", "ru"]


FILES = sorted([*catalogue.TEXTS.glob("*/words.po"), *catalogue.EXPERIMENTS.glob("*/words.*.po")])
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)


def entries(path):
    with path.open(encoding="utf-8") as lines:
        return read_po(lines, abort_invalid=True)


@every_file
def test_every_entry_is_translated_and_none_is_fuzzy_or_obsolete(path):
    found = entries(path)
    unfinished = [entry.id for entry in found if entry.id and (entry.fuzzy or not entry.string)]
    assert not unfinished, f"{path.name}: translate these, and remove the flag fuzzy"
    assert not found.obsolete, f"{path.name}: remove these"


@every_file
def test_what_is_translated_is_in_the_language_and_the_rest_stays_as_it_is(path):
    found = entries(path)
    letters = LETTERS[found.locale_identifier]
    for entry in found:
        if entry.id and entry.id != entry.string and "{*}" not in entry.id:
            assert re.search(letters, entry.string, re.I), entry.id
    Catalogue.read(found.locale_identifier, path.parent.name)


def test_every_experiment_has_a_catalogue_in_every_language():
    there = {(path.parent.name, path.name) for path in FILES}
    for language in set(catalogue.languages()) - {"en"}:
        assert (language, "words.po") in there
        wanted = {(name, f"words.{language}.po") for name in known_experiments()}
        assert wanted <= there


def test_a_whole_sentence_goes_before_what_joins_two_words():
    words_of = Catalogue({"{*} and {*}": "{*} и {*}", "It has {*} and stops.": "Есть {*}, и всё."})
    assert words_of("It has 3 and stops.") == "Есть 3, и всё."


def test_of_templates_that_fit_one_whose_words_are_known_is_taken():
    words = Catalogue(
        {"a {} (at {*} cities)": "А {} (городов {*})", "b {}": "Б {}", "{*}; {*}": "{*}; {*}"}
    )
    assert words("a 1 (at 2 cities); b 3; a 4 (at 5, 6 cities)") == (
        "А 1 (городов 2); Б 3; А 4 (городов 5, 6)"
    )
    assert not words.missing


def test_a_long_text_without_words_is_taken_apart_in_few_steps(monkeypatch):
    """Its parts are alike however it is taken apart, and each is tried once."""
    words = Catalogue({"{*} and {*}": "{*} и {*}", "{*}, {*}": "{*}, {*}", "{*} of {*}": "{*} {*}"})
    tried = []
    of_one = Catalogue._tried_anew
    monkeypatch.setattr(
        Catalogue, "_tried_anew", lambda self, text: (tried.append(text), of_one(self, text))[1]
    )
    parts = [f"{letter}x" for letter in "abcdefghijklmnopqrst"]
    text = "".join(f"{part}{(' and ', ', ', ' of ')[i % 3]}" for i, part in enumerate(parts)) + "ux"
    said = words(text)
    assert len(said) <= len(text) and "и" in said
    assert words.missing == {*parts, "ux"}
    assert len(tried) == len(set(tried)) <= len(text) ** 2
