"""A method has one colour, one marker and one name in all figures, and one name in each language.

What is read are the figures themselves: labels beside lines, legends, lines and error bars.
"""

import functools
import importlib
import importlib.util
import re
from collections import defaultdict

import pytest
from matplotlib.colors import is_color_like, to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.text import Text

from adcost.catalogue import Catalogue, languages
from adcost.palette import METHODS, names
from adcost.price import names as of_price
from adcost.study.plans import known_experiments

from .figure_data import figures
from .recorded import FOLDER, recorded

EXPERIMENTS = [name for name in known_experiments() if name != "price"]
FILMS = {"mds": "recovery.animate", "graph_traces": "sequences.film",
         "checkpointing": "animation.draw"}  # fmt: skip

OTHER_NAMES = re.compile(
    r"\bAD[ ,(]+(reverse|forward|product)|\b(central|forward) difference\b|\b[fL] itself\b"
    r"|\bwhole Hessian\b|\(GD\)|^jax\.grad|^(forward|reverse|central|symbolic)$"
)
"""What some methods were called beside their names."""


@pytest.fixture(scope="module")
def figures_of(measured_of):
    """A function: an experiment's figures by name, drawn once.

    The tables are those recorded, or else made up, or else measured, as for a new experiment.
    """

    def tables(experiment):
        if (FOLDER / experiment).is_dir():
            return recorded(experiment)
        made = f"{__package__}.tables_{experiment}"
        if importlib.util.find_spec(made):
            return importlib.import_module(made).make()
        return measured_of(experiment)

    @functools.cache
    def draw(experiment):
        package = f"adcost.experiments.{experiment}"
        module = importlib.import_module(f"{package}.figures")
        with pytest.MonkeyPatch.context() as patch:
            if experiment in FILMS:
                patch.setattr(f"{package}.{FILMS[experiment]}", lambda *given: None)
            return figures(module.draw, tables(experiment))

    return draw


MADE_UP = {"mds": {"city {}"}, "spectrum": {"wide"}}
"""Names of what the tests' sections and tables measure, which no study has."""


def _pattern(name):
    return re.compile(re.escape(name).replace(r"\{\}", r"[\d.]+") + r"(?![\w-])")


# The longest first, and what is the same in all figures before what has a number.
PATTERNS = sorted(METHODS, key=lambda key: ("{}" in METHODS[key].name, -len(METHODS[key].name)))
PATTERNS = {key: _pattern(METHODS[key].name) for key in PATTERNS}


def method_of(text):
    """The method that a text begins with, else None."""
    words = " ".join(text.split())
    return next((key for key, pattern in PATTERNS.items() if pattern.match(words)), None)


def looks(figure):
    """(text, colour, marker) of all that is labelled; the marker is None where there is none."""
    for holder in (figure, *figure.axes):
        kept = holder.legends if hasattr(holder, "legends") else [holder.get_legend()]
        for legend in filter(None, kept):
            for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True):
                yield text.get_text(), *_look(handle)
    for axis in figure.axes:
        for line in axis.lines:
            yield str(line.get_label()), *_look(line)
        for held in axis.containers:
            if isinstance(held, ErrorbarContainer):
                yield str(held.get_label()), *_look(held.lines[0])
        for text in axis.texts:
            yield text.get_text(), to_hex(text.get_color()), None


def _look(artist):
    colour = artist.get_color() if hasattr(artist, "get_color") else artist.get_facecolor()
    marker = artist.get_marker() if hasattr(artist, "get_marker") else None
    # A collection, such as error bars are in a legend, has a row for each of its parts.
    colour = colour if is_color_like(colour) else colour[0]
    return to_hex(colour), None if marker in ("", "None") else marker


def test_a_text_is_of_the_method_with_the_longest_name():
    assert method_of("forward mode, batched") == "forward_mode_batched"
    assert method_of("gradient\ndescent\n−1.00") == "gradient_descent"
    assert method_of("β = 1/C") == "matched_step" and method_of("β = 0.1/C") == "constant_step"
    assert method_of("gradients") is None and method_of("Lanczos steps") == "lanczos"


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_what_is_labelled_with_a_method_has_its_colour_and_marker(figures_of, experiment):
    wrong = [
        (figure, text, colour, marker)
        for figure, shown in figures_of(experiment).items()
        for text, colour, marker in looks(shown)
        if (key := method_of(text))
        and (
            colour not in (METHODS[key].colour.lower(), "#000000")
            or marker not in (None, METHODS[key].marker)
        )
    ]
    assert not wrong


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_no_method_has_another_name(figures_of, experiment):
    found = {
        (figure, text.get_text())
        for figure, shown in figures_of(experiment).items()
        for text in shown.findobj(Text)
        if OTHER_NAMES.search(text.get_text())
    }
    assert not found


@pytest.mark.parametrize("language", [name for name in languages() if name != "en"])
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_labels_of_methods_begin_with_their_names_in_every_language(
    figures_of, experiment, language
):
    words, own = Catalogue.read(language, experiment), names(language)
    for shown in figures_of(experiment).values():
        for text, _, _ in looks(shown):
            if (key := method_of(text)) and not text.startswith("_") and "{}" not in text:
                name = METHODS[key].name
                expected = own[name].split("{}")[0]
                assert " ".join(words(text).split()).startswith(expected), text
    assert not {text for text in words.missing if method_of(text)}


@pytest.mark.parametrize("language", [name for name in languages() if name != "en"])
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_text_of_a_figure_is_in_every_language(figures_of, experiment, language):
    words = Catalogue.read(language, experiment)
    for shown in figures_of(experiment).values():
        for text in shown.findobj(Text):
            words(text.get_text())
    left = words.missing - MADE_UP.get(experiment, set())
    assert not left, "`python docs/tools/words.py results` adds them"


def test_every_method_of_the_palette_is_shown_and_no_two_have_one_name(figures_of):
    shown = {
        method_of(text.get_text())
        for experiment in EXPERIMENTS
        for figure in figures_of(experiment).values()
        for text in figure.findobj(Text)
    }
    assert set(METHODS) - shown == set()
    for of in ("name", "russian"):
        called = defaultdict(list)
        for key, method in METHODS.items():
            called[getattr(method, of)].append(key)
        assert [keys for keys in called.values() if len(keys) > 1] == []


def test_the_price_list_calls_methods_by_the_same_names():
    ways = (of_price.REVERSE, of_price.FORWARD, of_price.CENTRAL, of_price.ONE_SIDED)
    assert {*ways} <= {method.name for method in METHODS.values()}
