"""The picture of the source: the right lines, bars in proportion, safe markup."""

import re
from pathlib import Path

import jax.numpy as jnp
from jax import lax
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from adcost import plotting
from adcost.price import source_figure, source_picture
from adcost.price.lines import by_line

HERE = Path(__file__)
X = jnp.linspace(0.5, 1.5, 50)


def unused(x):
    return x + 1


def loss(x):
    scale = 3.0
    limit = 2.0 < scale

    def body(carry, each):
        carry = carry * jnp.sin(each)
        return carry, None

    # a comment far from anything that costs

    last, _ = lax.scan(body, 1.0, x)
    text = "<b>&amp;</b>"
    if limit and text:
        last = last + jnp.exp(x).sum()  # <script>
    return last


TABLE = by_line(loss, (X,))


def test_functions_with_a_price_are_shown_from_their_heads_and_others_are_not():
    (excerpt,) = source_picture.excerpts(TABLE)
    sources = [row.source.strip() for row in excerpt.rows]
    assert sources[0] == "def loss(x):"
    assert "def body(carry, each):" in sources
    assert "def unused(x):" not in sources
    assert "scale = 3.0" not in sources
    priced = {row.source.strip() for row in excerpt.rows if row.priced}
    assert "carry = carry * jnp.sin(each)" in priced
    assert any(row.line == 0 for row in excerpt.rows)  # what is left out
    numbers = [row.line for row in excerpt.rows if row.line]
    assert numbers == sorted(set(numbers))
    for row in excerpt.rows:
        # Indentation that all lines share is left out: here none, since a function is at the left.
        assert not row.line or HERE.read_text().splitlines()[row.line - 1].rstrip() == row.source


def test_values_add_up_to_one_evaluation():
    (excerpt,) = source_picture.excerpts(TABLE)
    assert abs(sum(row.value for row in excerpt.rows) - 1) < 0.01


def test_text_has_the_longest_bar_at_the_most_expensive_line_and_keeps_to_its_width():
    lines = source_picture.text(TABLE, 90)
    assert max(map(len, lines)) <= 90
    bars = {line: line.count("█") + line.count("░") for line in lines[1:-1]}
    most = max(bars, key=bars.get)
    worst = TABLE.loc[TABLE.gradient.idxmax()]
    assert worst.source[:20] in most
    assert source_picture.text(TABLE.iloc[:0]) == []


def test_html_escapes_the_source_and_brings_nothing_from_elsewhere():
    page = source_picture.html(TABLE)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page
    widths = [float(w) for w in re.findall(r"width:([\d.]+)%", page)]
    assert max(widths) == 100
    assert source_picture.html(TABLE.iloc[:0]) == ""


def test_the_figure_is_repeatable_and_has_a_row_for_each_line(tmp_path):
    for name in ("one", "two"):
        with plotting.style():
            plotting.save(source_figure.figure(TABLE), tmp_path, name)
    drawing = (tmp_path / "one.svg").read_text()
    assert drawing == (tmp_path / "two.svg").read_text()
    assert "jnp.sin(each)" in drawing
    assert "what value and gradient take more" in drawing


def test_the_figure_s_font_has_every_character_that_is_not_the_user_s():
    """Typst takes no character from another font than that which a drawing names."""
    figure = source_figure.figure(TABLE)
    source = HERE.read_text()
    for text in figure.findobj(Text):
        font = get_font(findfont(FontProperties(family=text.get_fontfamily()[:1])))
        own = {character for character in text.get_text() if character not in source}
        assert {ord(character) for character in own | set("…")} <= set(font.get_charmap())
    assert any(text.get_text() == source_picture.LEFT_OUT for text in figure.findobj(Text))


def test_lines_without_a_file_are_shown_as_such():
    row = TABLE.iloc[:1].assign(file="", line=0, source="not attributed to a line")
    assert "not attributed" in "\n".join(source_picture.text(row))
    assert "not attributed" in source_picture.html(row)
