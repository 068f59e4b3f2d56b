"""Draw which package of adcost imports which, from the imports: ``docs/imports.svg``.

A package stands above all that it imports, right below the lowest that imports it. Arrows that
follow from others (a → c, where a → b → c) are left out. A circle of packages is refused with
`CycleError`.
"""

from graphlib import CycleError, TopologicalSorter
from html import escape
from math import fsum
from pathlib import Path

import grimp

__all__ = ["CycleError", "drawing", "imports", "levels", "reduced"]

ROOT = Path(__file__).resolve().parents[2]
DRAWING = ROOT / "docs/imports.svg"
PACKAGE = "adcost"
LEFT_OUT = {"__main__"}
"""Entry points, which nothing imports."""

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 104, 30, 18, 46, 20
"""Of a box, between boxes, and around the drawing, in pixels."""

Imports = dict[str, set[str]]


def imports() -> Imports:
    """Which package directly below `PACKAGE`, or module there, imports which others."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    found: Imports = {}
    for module in sorted(graph.modules - {PACKAGE}):
        name = module.split(".")[1]
        if name in LEFT_OUT:
            continue
        imported = graph.find_modules_directly_imported_by(module) - {PACKAGE}
        found.setdefault(name, set()).update(other.split(".")[1] for other in imported)
    return {name: others - {name} for name, others in found.items()}


def levels(found: Imports) -> dict[str, int]:
    """The level of each package, above those of all that it imports; 0 is the lowest.

    Raises `CycleError` if packages import each other in a circle.
    """
    order = list(TopologicalSorter(found).static_order())
    level: dict[str, int] = {}
    for name in order:
        level[name] = max((level[other] + 1 for other in found[name]), default=0)
    for name in reversed(order):
        users = [level[user] for user, others in found.items() if name in others]
        level[name] = min(users) - 1 if users else level[name]
    return level


def reduced(found: Imports) -> Imports:
    """Without the imports that follow from others (the transitive reduction)."""
    below: Imports = {}
    for name in TopologicalSorter(found).static_order():
        below[name] = set().union(found[name], *(below[other] for other in found[name]))
    return {
        name: others - set().union(*(below[other] for other in others))
        for name, others in found.items()
    }


def rows(found: Imports, drawn: Imports) -> list[list[str]]:
    """The packages of each level from the lowest, each near the mean place of what it imports."""
    level = levels(found)
    result: list[list[str]] = []
    place: dict[str, float] = {}
    for height in range(max(level.values()) + 1):
        names = sorted(name for name in level if level[name] == height)
        below = {name: [place[other] for other in drawn[name]] for name in names}
        mean = {
            # Exactly, in whatever order sets are read: equal means must stay equal.
            name: fsum(places) / len(places) if places else 0.5
            for name, places in below.items()
        }
        names.sort(key=mean.__getitem__)
        place |= {name: (at + 0.5) / len(names) for at, name in enumerate(names)}
        result.append(names)
    return result


def drawing(found: Imports) -> str:
    """The SVG."""
    drawn = reduced(found)
    ordered = rows(found, drawn)
    width = max(map(len, ordered)) * (WIDTH + GAP_X) - GAP_X + 2 * MARGIN
    height = len(ordered) * (HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN
    box = {}
    for level, names in enumerate(ordered):
        step = (width - 2 * MARGIN) / len(names)
        for at, name in enumerate(names):
            x = MARGIN + step * (at + 0.5)
            box[name] = (x, height - MARGIN - HEIGHT - level * (HEIGHT + GAP_Y))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="13">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#555555"/></marker>'
        "</defs>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for name, others in sorted(drawn.items()):
        x, y = box[name]
        for other in sorted(others):
            to_x, to_y = box[other]
            middle = (y + HEIGHT + to_y) / 2
            lines.append(
                f'<path d="M{x:.1f} {y + HEIGHT} C{x:.1f} {middle} {to_x:.1f} {middle} '
                f'{to_x:.1f} {to_y}" fill="none" stroke="#555555" marker-end="url(#tip)"/>'
            )
    for name, (x, y) in sorted(box.items()):
        lines.append(
            f'<rect x="{x - WIDTH / 2:.1f}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="5" '
            f'fill="#eef3f8" stroke="#2f5d8a"/><text x="{x:.1f}" y="{y + HEIGHT / 2 + 4.5}" '
            f'text-anchor="middle">{escape(name)}</text>'
        )
    return "\n".join([*lines, "</svg>"]) + "\n"


if __name__ == "__main__":
    DRAWING.write_text(drawing(imports()), encoding="utf-8")
