"""Tables of `hvp` with more depths than the recorded ones have."""

import pandas as pd

LAYERS = [10, 20, 40, 80, 160]
"""Five depths, the fewest for which a timed exponent has an interval."""

POINTS = [f"layers-{n}" for n in LAYERS]


def five_depths(tables):
    """A change of the recorded tables, in place: depths 10 and 160, from the rows of 40.

    Seconds grow with the depth; the counts are those of 40 layers.
    """
    for name, table in tables.items():
        rows = table[table.point == "layers-40"]
        added = [rows.assign(point=f"layers-{n}") for n in (10, 160)]
        for n, new in zip((10, 160), added, strict=True):
            if "hidden" in new:
                new["hidden"] = n
            if "layers" in new:
                new["layers"], new["parameters"] = n, 9 * (n + 1)
            if "seconds" in new:
                new["seconds"] *= n / 40
        tables[name] = pd.concat([table, *added], ignore_index=True)
