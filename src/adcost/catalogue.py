r"""Words of figures, claims and tables in the report's language, from catalogues.

The study's own language is English: experiments draw and judge with English words, and tables hold
them. Another language has a catalogue `words.<language>.yaml` in the folder of each experiment, and
`report/<language>/words.yaml` for words that several share. A catalogue maps templates:

    "{} of {} starts": "стартов: {} из {}"
    "{} probes, {} images": "изображений: {1}, пробных векторов: {0}"
    "{*}: counted": "{*}: подсчёт"
    "x = A⁻¹b": ~

``{}`` stands for a number; the same text with other numbers has the same template. ``{*}`` stands
for words, which are translated by themselves; of templates that fit, the longest is taken whose
words are all known, so that a whole sentence goes before ``"{*} and {*}"``. ``~`` says that the
words stay as they are. The names of methods are those of :mod:`adcost.palette`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adcost import strict_yaml
from adcost.palette import names

TEXTS = Path(__file__).parent / "report"
"""The folders of the languages, one each."""
EXPERIMENTS = Path(__file__).parent / "experiments"

NUMBER = re.compile(r"(?<![\w.])[-+−±]?\d(?:[\d.,\u202f]*\d)?(?:e[-+]?\d+|×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")
VERBATIM = "verbatim"
"""The key in a record of what no language has words for: names of the user's, code."""

WORD = re.compile(r"[A-Za-z]{2,}")
FORMULA = re.compile(r"\$[^$]*\$")


class CatalogueError(ValueError):
    """A catalogue cannot be read; the message names the file and the entry."""


def template(text: str) -> str:
    """The text with its numbers replaced by ``{}``."""
    return NUMBER.sub("{}", text)


class Catalogue:
    """Translates texts, and remembers those for which it has no words."""

    def __init__(self, entries: Mapping[str, str | None] | None) -> None:
        """A catalogue of these templates; with none at all, texts stay and nothing is missing."""
        self._own_language = entries is None
        entries = entries or {}
        self._entries = entries
        self._patterns = [
            (re.compile(r"(.+?)".join(map(re.escape, entry.split("{*}"))), re.DOTALL), entry)
            for entry in sorted(entries, key=len, reverse=True)
            if "{*}" in entry
        ]
        self._translations = set(filter(None, entries.values()))
        self.missing: set[str] = set()

    @staticmethod
    def read(language: str, experiment: str) -> "Catalogue":
        """The catalogue of an experiment with the shared words below it.

        A language without any is the study's own. Raises :class:`CatalogueError`.
        """
        paths = files(language, experiment)
        entries: dict[str, str | None] | None = {} if paths else None
        for file in paths:
            try:
                found = strict_yaml.read(file)
            except strict_yaml.YamlError as error:
                raise CatalogueError(str(error)) from None
            if not isinstance(found, dict):
                raise CatalogueError(f"{file.name} must map templates to their words")
            for entry, words in found.items():
                _check(file, entry, words)
            entries = {**(entries or {}), **found}
        if entries is not None:
            entries |= {template(name): words for name, words in names(language).items()}
        return Catalogue(entries)

    def __call__(self, text: str) -> str:
        """The text in the catalogue's language; as it is, where the catalogue has no words."""
        key = template(text)
        if key in self._entries:
            words = self._entries[key]
            return text if words is None else _filled(words, NUMBER.findall(text))
        known, found = self.missing, None
        for pattern, entry in self._patterns:
            if match := pattern.fullmatch(key):
                self.missing = set()
                words = self._with_words(entry, match.groups(), NUMBER.findall(text))
                missing, self.missing = self.missing, known
                if not missing:
                    return words
                found = found or (words, missing)
        if found:
            self.missing |= found[1]
            return found[0]
        if self._has_words(text) and key not in self._translations:
            self.missing.add(key)
        return text

    def _has_words(self, text: str) -> bool:
        return not self._own_language and bool(WORD.search(FORMULA.sub("", text)))

    def _with_words(self, entry: str, parts: tuple[str, ...], numbers: list[str]) -> str:
        """Fill a template of words: texts and numbers follow each other as in the original."""
        given, of_words = iter(numbers), iter(parts)
        own, pieces = [], []
        for place in re.findall(r"\{\*?\}", entry):
            if place == "{}":
                own.append(next(given))
            else:
                part = next(of_words)
                pieces.append(self(_filled(part, [next(given) for _ in range(part.count("{}"))])))
        filled = _filled(self._entries[entry] or entry, own)
        # Last, for the words may hold braces of their own.
        return re.sub(r"\{\*\}", lambda _: pieces.pop(0), filled)

    def record(self, value: Any) -> Any:
        """A value of JSON with all its texts translated; the keys stay, and what is `VERBATIM`."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {k: v if k == VERBATIM else self.record(v) for k, v in value.items()}
        return [self.record(item) for item in value] if isinstance(value, list) else value


def files(language: str, experiment: str) -> list[Path]:
    """The catalogues that an experiment's words are looked up in, the shared one first."""
    own = EXPERIMENTS / experiment / f"words.{language}.yaml"
    found = (TEXTS / language / "words.yaml", own)
    return [path for path in found if path.is_file()]


def languages() -> list[str]:
    """The languages that the report can be set in: folders with their own `main.typ`."""
    return sorted(path.parent.name for path in TEXTS.glob("*/main.typ"))


def titles(language: str) -> dict[str, str]:
    """What the report calls each experiment, from its summary in that language."""
    return {
        path.parent.name: found[1]
        for path in sorted(EXPERIMENTS.glob(f"*/summary.{language}.typ"))
        if (found := re.search(r'^#let title = "(.*)"$', path.read_text("utf-8"), re.MULTILINE))
    }


def _filled(words: str, numbers: list[str]) -> str:
    """Numbers put into ``{}`` in order, or into ``{0}``, ``{1}`` … by place."""
    order = iter(range(len(numbers)))
    return re.sub(r"\{(\d*)\}", lambda m: numbers[int(m[1]) if m[1] else next(order)], words)


def _check(file: Path, entry: Any, words: Any) -> None:
    if not isinstance(entry, str) or not isinstance(words, str | None):
        raise CatalogueError(f"{file.name}: {entry!r}: {words!r} must be a text, or ~ to keep it")
    if words is None:
        return
    places = re.findall(r"\{(\d*)\}", words)
    numbers = entry.count("{}")
    wanted = {str(place) for place in range(numbers)} if any(places) else {""}
    if len(places) != numbers or (numbers and set(places) != wanted):
        raise CatalogueError(
            f"{file.name}: {entry!r}: the translation must have the {numbers} numbers of the "
            f"template, each as {{}}, or each by its place {{0}}, {{1}}, …; it is {words!r}"
        )
    if words.count("{*}") != entry.count("{*}"):
        raise CatalogueError(f"{file.name}: {entry!r}: {words!r} must have as many {{*}}")
