"""Catalogues: templates, numbers, words within words, and what is refused."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from adcost import catalogue
from adcost.catalogue import Catalogue, CatalogueError, template

WORDS = {
    "{} of {} starts": "стартов: {} из {}",
    "{} probes, {} images": "изображений: {1}, пробных векторов: {0}",
    "{*}: counted": "{*}: подсчёт",
    "{*} after {*}": "{*} после {*}",
    "{*}, {} MB": "{*}, {} МБ",
    "store all": "хранить всё",
    "every {} blocks": "каждые {} блока",
    "Hutch++": None,
}


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
    ("entry", "says"),
    [
        ('"{} steps": "шаги"', "must have the 1 numbers"),
        ('"{} of {}": "{0} из {}"', "must have the 2 numbers"),
        ('"{} of {}": "{0} из {2}"', "must have the 2 numbers"),
        ('"{*} of": "из"', r"as many \{\*\}"),
        ('"steps": 3', "must be a text"),
        ('1: "шаги"', "must be a text"),
        ("- steps", "must map"),
        ('"steps": "шаги"\n"steps": "шагов"', "steps.*twice"),
        ('"steps: "шаги"', "words.yaml"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(entry, says, tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "TEXTS", tmp_path)
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx/words.yaml").write_text(entry, "utf-8")
    with pytest.raises(CatalogueError, match=f"words.yaml.*{says}|{says}"):
        Catalogue.read("xx", "toy")


def test_an_experiments_words_go_before_the_shared(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "TEXTS", tmp_path)
    monkeypatch.setattr(catalogue, "EXPERIMENTS", tmp_path)
    (tmp_path / "xx").mkdir()
    (tmp_path / "toy").mkdir()
    assert Catalogue.read("xx", "toy")("step") == "step"
    (tmp_path / "xx/words.yaml").write_text("{step: шаг, point: точка}", "utf-8")
    (tmp_path / "toy/words.xx.yaml").write_text("{step: ступень}", "utf-8")
    words_of = Catalogue.read("xx", "toy")
    assert (words_of("step"), words_of("point")) == ("ступень", "точка")
    assert [path.name for path in catalogue.files("xx", "toy")] == ["words.yaml", "words.xx.yaml"]


def test_languages_are_the_folders_with_a_front_text():
    assert catalogue.languages() == ["en", "ru"]


@pytest.mark.parametrize("language", [one for one in catalogue.languages() if one != "en"])
def test_catalogues_are_in_their_language(language):
    """Entries that are the same in both languages say so by ``~``."""
    own = sorted(catalogue.EXPERIMENTS.glob(f"*/words.{language}.yaml"))
    assert own
    for path in [catalogue.TEXTS / language / "words.yaml", *own]:
        Catalogue.read(language, path.parent.name)
        for entry, words in yaml.safe_load(path.read_text("utf-8")).items():
            if "{*}" not in entry:  # There the words within are translated.
                assert words != entry, f"{path.name}: {entry}: write ~"
                assert words is None or re.search("[а-яё]", words, re.I), f"{path.name}: {entry}"


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
