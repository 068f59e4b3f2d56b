"""What the tests of every experiment share; each measures its own small `SECTION`."""

import copy
import re
from functools import partial

import numpy as np
import pytest
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.text import Text

from adcost import plotting
from adcost.experiments import in_process

WRITTEN_AS_CODE = re.compile(r"\b\w_\w|\de[-+]?\d|(?:^|[\s(\[=])-\d|\d%")


def misleading(figure):
    """What a figure cuts or misrepresents: in words, with the axes' label."""
    for text in figure.findobj(Text):
        if WRITTEN_AS_CODE.search(re.sub(r"\$[^$]*\$", "", text.get_text())):
            yield f"text as in code: {text.get_text()!r}"
    for axis in figure.axes:
        where = axis.get_ylabel() or axis.get_xlabel()
        for held in axis.containers:
            if isinstance(held, BarContainer):
                scale = axis.get_yscale() if held.orientation == "vertical" else axis.get_xscale()
                if scale == "log":
                    yield f"bars on a logarithmic axis, where lengths mean nothing: {where}"
            if isinstance(held, ErrorbarContainer):
                ends = np.concatenate(
                    [part for bars in held.lines[2] for part in bars.get_segments()]
                )
                low, high = np.sort([axis.get_xlim(), axis.get_ylim()]).T
                if not ((ends >= low - 1e-9) & (ends <= high + 1e-9)).all():
                    yield f"an error bar that leaves the axes: {where}"
        if axis.get_yscale() == "log":
            labels = " ".join(tick.get_text() for tick in axis.get_yticklabels())
            powers = sorted(
                {int(n) for n in re.findall(r"10\^\{(-?\d+)\}", labels.replace("−", "-"))}
            )
            strides = set(np.diff(powers).tolist()) - {*range(1, 11), 20, 50, 100}
            if strides:
                yield f"a tick every {strides} decades: {where}"


@pytest.fixture(scope="session", autouse=True)
def no_figure_misleads():
    """Whatever figure any of these tests draws is looked through before it is written."""
    save = plotting.save

    def looked_through(figure, folder, name):
        figure.canvas.draw()
        assert not list(misleading(figure)), name
        save(figure, folder, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plotting, "save", looked_through)
        yield


@pytest.fixture(scope="session")
def measure_all():
    """A function that measures every point of an experiment's section, with one seed."""
    return partial(in_process.measure_all, seed=1)


@pytest.fixture
def tables(measured):
    """A copy of the experiment's tables that a test may falsify."""
    return copy.deepcopy(measured)
