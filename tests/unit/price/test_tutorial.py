"""The page "Price your own function", followed to the letter; its numbers come out."""

import re
import sys
from pathlib import Path

import pytest

from adcost.price import checkpoints, not_finite, precision, traps

PAGE = (Path(__file__).resolve().parents[3] / "docs/price.md").read_text("utf-8")


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """What the page's Python leaves behind, run in a folder with the page's files."""
    folder = tmp_path_factory.mktemp("tutorial")
    names = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.chdir(folder)
        for block in re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE):
            if file := re.match(r"# (\w+\.py)\n", block):
                (folder / file[1]).write_text(block, "utf-8")
            else:
                exec(compile(block, str(folder / "session.py"), "exec"), names)
        yield names
    for module in ("model", "mended"):
        sys.modules.pop(module, None)


def test_the_page_s_prices_are_those_that_come_out(followed):
    over, under = map(float, re.findall(r"\*\*(\d+) evaluations\*\*", PAGE))
    before, after = (
        followed[which].price_of("gradient", "reverse mode").counted
        for which in ("before", "after")
    )
    assert before > over > under > after
    worst, lines = followed["worst"], followed["before"].lines
    assert worst.source == "level = level + gains[t] * surprise"
    assert worst.gradient > 0.75 * lines.gradient.sum()
    assert worst.reverse > 0.75 * worst.gradient


def test_the_traps_that_the_page_tells_of_are_found_and_are_gone(followed):
    assert set(followed["before"].traps.name) == {traps.INDEXED, traps.UNROLLED}
    assert followed["after"].traps.empty


def test_the_mended_function_has_the_same_value(followed):
    arguments = followed["arguments"]()
    assert float(followed["loss"](*arguments)) == pytest.approx(
        float(followed["mended"].loss(*arguments)), rel=1e-5
    )


def test_every_trap_that_is_looked_for_is_on_the_page():
    names = [
        traps.INDEXED, traps.EXPENSIVE, traps.UNROLLED, traps.CONSTANT, precision.NARROWED,
        checkpoints.IDLE, *not_finite.MEND,
    ]  # fmt: skip
    listed = re.findall(r"^\| (.*?) \|", PAGE.partition("## The traps")[2], re.MULTILINE)
    assert set(names) - {not_finite.INFINITE} <= set(listed)
