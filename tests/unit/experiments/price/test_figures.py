import pytest

from adcost.experiments.price import figures, plan


def test_every_planned_figure_is_drawn_as_svg_and_pdf(measured, section, tmp_path):
    figures.draw(measured, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {
        f"{name}.{kind}" for name in plan.figures(section) for kind in ("svg", "pdf")
    }
    lines = (tmp_path / "chain_lines.svg").read_text("utf-8")
    assert "y = y * w[i]" in lines and "def chain(w):" in lines  # the source, with what is around


def test_a_price_is_drawn_where_it_was_counted_and_timed(measured):
    from adcost.experiments.price.analysis import tags

    tag = tags(measured)["squares"]
    axis = figures._prices(tag).axes[0]
    rows = tag.prices[(tag.prices.derivative != "function") & tag.prices.counted.notna()]
    hollow = [line for line in axis.lines if line.get_markerfacecolor() == "none"]
    drawn = {(line.get_xdata()[0], line.get_ydata()[0]) for line in hollow if len(line.get_xdata())}
    assert drawn == {(price, place) for place, price in enumerate(rows.counted)}
    labels = [label.get_text() for label in axis.get_yticklabels()]
    assert labels == [f"{row.derivative}: {row.method}" for row in rows.itertuples()]
    filled = [line for line in axis.lines if line.get_marker() == "o" and line not in hollow]
    timed = {(line.get_xdata()[0], line.get_ydata()[0]) for line in filled if len(line.get_xdata())}
    assert timed == {
        (price, place) for place, price in enumerate(rows.timed) if price == pytest.approx(price)
    }
