r"""Words of figures, claims and tables in the report's language, from gettext catalogues.

The study's own language is English: experiments draw and judge with English words, and tables hold
them. Another language has a catalogue `words.<language>.po` in the folder of each experiment, and
`report/<language>/words.po` for words that several share. Entries are templates::

    msgid "{} of {} starts"
    msgstr "стартов: {} из {}"

    msgid "{} probes, {} images"
    msgstr "изображений: {1}, пробных векторов: {0}"

    msgid "{*}: counted"
    msgstr "{*}: подсчёт"

``{}`` stands for a number; the same text with other numbers has the same template. ``{*}`` stands
for words, which are translated by themselves; of templates that fit, the longest is taken whose
words are all known, so that a whole sentence goes before ``"{*} and {*}"``. Words that stay as they
are have themselves as their translation; what is untranslated or fuzzy counts as missing, as in
gettext. The names of methods are those of :mod:`adcost.palette`.

`docs/tools/words.py` extracts. Entries have neither contexts nor plural forms, and no flag
``python-format`` or ``python-brace-format``: a percent sign is one, and ``{*}`` is our own.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adcost.palette import names

TEXTS = Path(__file__).parent / "report"
"""The folders of the languages, one each."""
EXPERIMENTS = Path(__file__).parent / "experiments"

NUMBER = re.compile(r"(?<![\w.])[-+−±]?\d(?:[\d.,\u202f]*\d)?(?:e[-+]?\d+|×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")
VERBATIM = "verbatim"
"""The key in a record of what no language has words for: names of the user's, code."""

WORD = re.compile(r"[A-Za-z]{2,}")
FORMULA = re.compile(r"\$[^$]*\$")
PO_LINE = re.compile(r'(#.*|((msgid|msgstr) )?"([^"\\]|\\.)*")?')
"""A line of a catalogue: Babel would cut a letter off where a quotation mark is forgotten."""


class CatalogueError(ValueError):
    """A catalogue cannot be read; the message names the file and the entry."""


def template(text: str) -> str:
    """The text with its numbers replaced by ``{}``."""
    return NUMBER.sub("{}", text)


class Catalogue:
    """Translates texts, and remembers the entries it used and the texts that it has none for."""

    def __init__(self, entries: Mapping[str, str] | None) -> None:
        """A catalogue of these templates; with none at all, texts stay and nothing is missing."""
        self._own_language = entries is None
        entries = entries or {}
        self._entries = entries
        self._patterns = [
            (re.compile(r"(.+?)".join(map(re.escape, entry.split("{*}"))), re.DOTALL), entry)
            for entry in sorted(entries, key=len, reverse=True)
            if "{*}" in entry
        ]
        self._translations = set(entries.values())
        self.missing: set[str] = set()
        self.used: set[str] = set()
        self._tried: dict[str, tuple[str, frozenset[str]]] = {}

    @staticmethod
    def read(language: str, experiment: str) -> "Catalogue":
        """The catalogue of an experiment with the shared words below it.

        A language without any is the study's own. Raises :class:`CatalogueError`.
        """
        paths = files(language, experiment)
        if not paths:
            return Catalogue(None)
        entries: dict[str, str] = {}
        for file in paths:
            entries |= _read(file, language)
        methods = names(language).items()
        return Catalogue(entries | {template(name): template(words) for name, words in methods})

    def __call__(self, text: str) -> str:
        """The text in the catalogue's language; as it is, where the catalogue has no words."""
        words, missing = self._translated(text)
        self.missing |= missing
        return words

    def _translated(self, text: str) -> tuple[str, frozenset[str]]:
        """The words, and the templates below that there are none for; each text is tried once."""
        if text not in self._tried:
            self._tried[text] = self._tried_anew(text)
        return self._tried[text]

    def _tried_anew(self, text: str) -> tuple[str, frozenset[str]]:
        key = template(text)
        if key in self._entries:
            self.used.add(key)
            return _filled(self._entries[key], NUMBER.findall(text)), frozenset()
        found = None
        for pattern, entry in self._patterns:
            if match := pattern.fullmatch(key):
                words, missing = self._with_words(entry, match.groups(), NUMBER.findall(text))
                if not missing:
                    return words, missing
                found = found or (words, missing)
        if found:
            return found
        lacks = self._has_words(text) and key not in self._translations
        return text, frozenset({key} if lacks else ())

    def _has_words(self, text: str) -> bool:
        return not self._own_language and bool(WORD.search(FORMULA.sub("", text)))

    def _with_words(
        self, entry: str, parts: tuple[str, ...], numbers: list[str]
    ) -> tuple[str, frozenset[str]]:
        """Fill a template of words: texts and numbers follow each other as in the original."""
        self.used.add(entry)
        given, of_words = iter(numbers), iter(parts)
        own, pieces, lacking = [], [], frozenset[str]()
        for place in re.findall(r"\{\*?\}", entry):
            if place == "{}":
                own.append(next(given))
            else:
                part = next(of_words)
                whole = _filled(part, [next(given) for _ in range(part.count("{}"))])
                words, missing = self._translated(whole)
                pieces.append(words)
                lacking |= missing
        filled = _filled(self._entries[entry], own)
        # Last, for the words may hold braces of their own.
        return re.sub(r"\{\*\}", lambda _: pieces.pop(0), filled), lacking

    def record(self, value: Any) -> Any:
        """A value of JSON with all its texts translated; the keys stay, and what is `VERBATIM`."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {k: v if k == VERBATIM else self.record(v) for k, v in value.items()}
        return [self.record(item) for item in value] if isinstance(value, list) else value


def files(language: str, experiment: str) -> list[Path]:
    """The catalogues that an experiment's words are looked up in, the shared one first."""
    found = (shared(language), own(language, experiment))
    return [path for path in found if path.is_file()]


def shared(language: str) -> Path:
    """Where the catalogue is that all experiments share."""
    return TEXTS / language / "words.po"


def own(language: str, experiment: str) -> Path:
    """Where an experiment's own catalogue is."""
    return EXPERIMENTS / experiment / f"words.{language}.po"


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


def _read(file: Path, language: str) -> dict[str, str]:
    """The templates that a catalogue translates. Raises :class:`CatalogueError`."""
    from babel.messages.pofile import PoFileError, read_po  # a dry run need not wait for it

    try:
        lines = file.read_text("utf-8").split("\n")
        for at, line in enumerate(lines, 1):
            if not PO_LINE.fullmatch(line.strip()):
                raise CatalogueError(
                    f"{file}, line {at}: allowed are msgid and msgstr, each with a text in "
                    f"quotation marks, more such texts below them, and comments; it is {line!r}"
                )
        catalogue = read_po(lines, abort_invalid=True)
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{file}: byte {error.start} is not UTF-8; save it as UTF-8") from None
    except PoFileError as error:
        raise CatalogueError(f"{file}, line {error.lineno + 1}: {error}") from None
    if catalogue.locale_identifier != language:
        raise CatalogueError(
            f"{file}: it must begin with a PO file's header, which says Language: {language}; "
            f"found is {catalogue.locale_identifier}"
        )
    read = {message.lineno for message in catalogue}
    for at, line in list(enumerate(lines, 1))[lines.index('msgid ""') + 1 :]:
        if line.startswith("msgid ") and at not in read:
            raise CatalogueError(f"{file}, line {at}: this entry is given twice; remove one")
    found = {}
    for message in catalogue:
        if message.id and message.string and not message.fuzzy:
            entry, words = str(message.id), str(message.string)
            _check(f"{file}, line {message.lineno}: {entry!r}", entry, words)
            found[entry] = words
    return found


def _check(where: str, entry: str, words: str) -> None:
    places = re.findall(r"\{(\d*)\}", words)
    numbers = entry.count("{}")
    wanted = {str(place) for place in range(numbers)} if any(places) else {""}
    if len(places) != numbers or (numbers and set(places) != wanted):
        raise CatalogueError(
            f"{where}: the translation must have the {numbers} numbers of the template, each as "
            f"{{}}, or each by its place {{0}}, {{1}}, …; it is {words!r}"
        )
    if words.count("{*}") != entry.count("{*}"):
        raise CatalogueError(f"{where}: {words!r} must have as many {{*}}")
