"""What claims cite of the lecture: translated, and linked to where it stands."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

from adcost.report.lecture import about, cited

DIFFERENCES = "«Конечные разности»: теорема; Nocedal & Wright 2006, §8.1"


def texts(source, language):
    return [piece["text"] for piece in cited(source, language)]


def test_a_section_is_linked_in_the_readers_language():
    assert texts(DIFFERENCES, "ru") == ["«", "Конечные разности", DIFFERENCES[18:]]
    assert texts(DIFFERENCES, "en") == [
        "“", "Finite differences", "”: the theorem; Nocedal & Wright 2006, §8.1",
    ]  # fmt: skip
    for language in ("en", "ru"):
        address = urlparse(cited(DIFFERENCES, language)[1]["url"])
        assert address.scheme == "https" and address.path.endswith("/lectures/3.md")
        assert unquote(address.fragment) == ":~:text=Конечные разности,-Наивный подход"


def test_an_example_is_told_from_the_section_of_the_same_name():
    (_, piece, _) = cited("«Пример: конечные разности»", "en")
    assert piece["text"] == "Example: finite differences"
    assert unquote(piece["url"]).endswith("text=Пример: конечные разности")


def test_two_sections_are_two_links():
    pieces = cited(
        "«Прямой режим автоматического дифференцирования»; "
        "«Обратный режим автоматического дифференцирования»: the two algorithms", "en",
    )  # fmt: skip
    assert [bool(piece["url"]) for piece in pieces] == [False, True, False, True, False]


@pytest.mark.parametrize("source", ["Young 1953", "", "Задача 2; Giles 2008, §2.3.1"])
def test_other_sources_are_text(source):
    assert not any(piece["url"] for piece in cited(source, "en"))
    assert "".join(texts(source, "ru")) == source


def test_a_hyphen_does_not_end_what_is_searched():
    (piece,) = cited("Проклятие размерности для методов нулевого порядка", "en")
    assert "-" not in piece["url"].split(":~:text=")[1]


def test_the_readme_names_the_lecture_before_its_first_command():
    text = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    head, lecture = " ".join(text.split("```")[0].split()), about("en")
    names = ("title", "original", "author", "course", "school", "page")
    assert [name for name in names if lecture[name] not in head] == []
