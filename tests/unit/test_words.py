"""Extraction: what runs show and catalogues lack, and files that Babel reads and writes alike."""

import importlib.util
import json
import re
import shutil
from pathlib import Path

import babel
import pytest

from adcost import catalogue
from adcost.claims import as_record
from adcost.experiments.feedforward import claims
from adcost.results.reading import read_table

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "tests/contract/tables/feedforward"
FILES = sorted([*catalogue.TEXTS.glob("*/words.po"), *catalogue.EXPERIMENTS.glob("*/words.*.po")])


@pytest.fixture(scope="module")
def words():
    specification = importlib.util.spec_from_file_location("words", ROOT / "docs/tools/words.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def of_this_babel(path):
    """The bytes of a catalogue, as if the version of Babel that is here had written them."""
    return re.sub(rb"Babel [\d.]+", b"Babel " + babel.__version__.encode(), path.read_bytes())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_babel_writes_a_catalogue_as_it_stands(path, words):
    """So that a change of one entry changes its lines alone; but for the version of Babel."""
    assert words.written(words.read(path, "ru")) == of_this_babel(path), (
        "run `python docs/tools/words.py`, which sets all catalogues"
    )


CATALOGUE = r"""# A comment of the file.
msgid ""
msgstr ""
"Language: ru\n"
"Content-Type: text/plain; charset=utf-8\n"

#. Figures.
msgid "seconds a step"
msgstr "секунд на шаг"

# What a translator noted.
msgid "{} of {} runs arrived at the minimum"
msgstr "к минимуму пришли запусков: {} из {}"

#. Claims.
msgid "median, {} % interval"
msgstr "медиана, интервал {} %"
"""


def section(text, entry):
    """The lines of an entry, up to the next empty one."""
    (found,) = [part for part in text.split("\n\n") if f'"{entry}"' in part]
    return found.splitlines()


@pytest.fixture
def updated(words, tmp_path):
    """A function: the text of that file after an update."""

    def update(*given):
        (tmp_path / "words.ru.po").write_text(CATALOGUE, "utf-8")
        entries = words.read(tmp_path / "words.ru.po", "ru")
        words.update(entries, *given)
        return words.written(entries).decode()

    return update


def test_an_update_with_nothing_new_changes_nothing_but_a_short_header(updated):
    before, after = (text.split("\n\n", 1) for text in (CATALOGUE, updated([])))
    assert after[1] == before[1]
    assert "Language: ru" in after[0] and after[0].startswith("# A comment of the file.\n")


def test_a_text_unlike_all_others_is_added_untranslated(updated):
    after = updated(["zeros of the Jacobian"])
    assert section(after, "zeros of the Jacobian") == ['msgid "zeros of the Jacobian"', 'msgstr ""']


def test_a_changed_text_takes_the_old_translation_fuzzy_and_the_old_one_goes(updated):
    old, new = "{} of {} runs arrived at the minimum", "{} of {} runs arrived at a minimum"
    after = updated([new], [old])
    assert f'"{old}"' not in after
    assert section(after, new) == [
        "# What a translator noted.",
        "#, fuzzy",
        f'msgid "{new}"',
        'msgstr "к минимуму пришли запусков: {} из {}"',
    ]


def test_a_vanished_text_is_obsolete_and_its_heading_stands_above_the_next(updated):
    after = updated([], ["seconds a step", "median, {} % interval"])
    assert '#~ msgid "seconds a step"\n#~ msgstr "секунд на шаг"\n' in after
    kept = section(after, "{} of {} runs arrived at the minimum")
    assert "#. Figures." in kept and "# What a translator noted." in kept


def test_no_percent_sign_or_place_makes_a_format_of_pythons(updated):
    after = updated(["{} % interval, {*}"])
    assert "interval, {*}" in after and "-format" not in after


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A finished run of one experiment, with a copy of the catalogues that it uses."""
    folder = tmp_path / "results/feedforward"
    shutil.copytree(RECORDED, folder)
    tables = {path.stem: read_table(path) for path in folder.glob("*.csv")}
    records = [as_record(claim, "feedforward") for claim in claims.judge(tables)]
    (folder / "claims.json").write_text(json.dumps(records), "utf-8")
    (folder / "numbers.json").write_text(json.dumps(claims.numbers(tables)), "utf-8")
    for name, part in (("TEXTS", "report/ru/words.po"),
                       ("EXPERIMENTS", "experiments/feedforward/words.ru.po")):  # fmt: skip
        (tmp_path / part).parent.mkdir(parents=True)
        shutil.copy(ROOT / "src/adcost" / part, tmp_path / part)
        monkeypatch.setattr(catalogue, name, tmp_path / part.split("/")[0])
    return folder.parent, tmp_path / "experiments/feedforward/words.ru.po"


def test_what_a_run_shows_and_no_catalogue_has_is_extracted(run, words):
    results, path = run
    entries = words.read(path, "ru")
    statement = next(m.id for m in entries if m.id.startswith("The recursion on the slide"))
    for entry in ("width n of every layer", statement):
        entries.delete(entry)
    entries.add("zeros of the Jacobian", "нули якобиана")
    path.write_bytes(words.written(entries))
    done = words.extract([results], "ru")
    where = "experiments/feedforward/words.ru.po"
    assert {f"{where}: translate {text!r}" for text in ("width n of every layer", statement)} <= {
        *done
    }
    assert f"{where}: not shown 'zeros of the Jacobian'" in done
    assert not [line for line in done if "not shown 'operations of the gradient" in line]
    found = words.read(path, "ru")
    assert not found[statement].string or found[statement].fuzzy
    assert found["zeros of the Jacobian"].string == "нули якобиана"
    words.extract([results], "ru", obsolete=True)
    vanished = set(words.read(path, "ru").obsolete)
    assert "zeros of the Jacobian" in vanished and not vanished & {
        "width n of every layer",
        statement,
    }
    assert not catalogue.shared("ru").read_text("utf-8").count("#~"), "others may show its entries"


def test_a_catalogue_that_has_all_that_a_run_shows_stays_as_it_is(run, words):
    results, path = run
    before = of_this_babel(path)
    done = words.extract([results], "ru")
    assert not [line for line in done if "translate" in line]
    assert path.read_bytes() == before


def test_without_a_run_the_command_says_how_to_make_one(words, tmp_path):
    with pytest.raises(SystemExit, match="make quick"):
        words.extract([tmp_path], "ru")


def test_a_language_without_a_catalogue_gets_one(run, words):
    results, path = run
    done = words.extract([results], "de")
    text = path.with_name("words.de.po").read_text("utf-8")
    assert text.startswith("# German of what figures, claims and tables of feedforward say.\n")
    assert '"Language: de\\n"' in text and 'msgid "width n of every layer"\nmsgstr ""\n' in text
    assert len(done) == text.count('\nmsgstr ""\n\n') + 1
    german = catalogue.Catalogue.read("de", "feedforward")
    assert german("width n of every layer") in german.missing
