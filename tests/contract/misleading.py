"""What no figure may do, whatever it shows."""

import re

import numpy as np
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.text import Text

WRITTEN_AS_CODE = re.compile(r"\b\w_\w|\de[-+]?\d|(?:^|[\s(\[=])-\d|\d%")


def misleading(figure):
    """What a figure cuts or misrepresents: in words, with the axes' label."""
    for text in figure.findobj(Text):
        if "DejaVu Sans Mono" in text.get_fontfamily():
            continue  # it is code
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
