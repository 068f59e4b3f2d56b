"""What the errors of reading and writing results say: messages, and nothing that decides.

A module of its own, so that rewording one measures nothing again
(`adcost.study.code_dependencies` leaves it out).
"""


def delete_and_rerun(*paths: object) -> str:
    """What to do about damaged files."""
    return f"Delete {' and '.join(str(path) for path in paths)} and run snakemake again."


def unreadable(path: object, why: object, advice: str, what: str = "") -> str:
    """A file that cannot be read, and why."""
    return f"{path} cannot be read{what} ({why}). {advice}"


def changed(path: object, rows: object, advice: str) -> str:
    """A file that is not what was written; ``rows``: how many it had, None if not a table."""
    had = "" if rows is None else f" (it had {rows} rows)"
    return f"{path} cannot be read: it was cut short or changed after it was written{had}. {advice}"


def lacks(path: object, columns: list[str], advice: str) -> str:
    """A table without columns that its reader needs."""
    return f"{path} lacks the column(s) {', '.join(columns)}. {advice}"


def no_rows(path: object, advice: str) -> str:
    """A table that is read and has no rows."""
    return f"{path} has no rows. {advice}"


def other_columns(
    path: object, found: tuple[str, ...], other: object, usual: tuple[str, ...]
) -> str:
    """A point's table with other columns than those of most points."""
    return (
        f"{path} has the columns {', '.join(found)}, where {other} has {', '.join(usual)}. "
        f"Delete {path} and run snakemake again (or {other}, if that is the wrong one)."
    )


def other_version(files: list[str], error: Exception, advice: str) -> str:
    """Tables measured by another version of the code, on which this one fails."""
    return (
        f"{', '.join(files)} cannot be used: measured by another version of the code "
        f"({type(error).__name__}: {error}). {advice}"
    )


def not_finite(experiment: str, point: str, labels: str, found: str, rows: int) -> str:
    """A measurement that is NaN or infinite; ``labels`` say which."""
    return (
        f"experiment {experiment}, point {point}, {labels}: {found} ({rows} such rows). "
        "Nothing was written."
    )


def array_not_finite(experiment: str, point: str, name: str) -> str:
    """A named array that holds NaN or infinity."""
    return (
        f"experiment {experiment}, point {point}: the array {name} holds NaN or infinity. "
        "Nothing was written."
    )


def nothing_to_write(experiment: str, point: str) -> str:
    """A table without rows that is to be written."""
    return f"experiment {experiment}, point {point}: the table has no rows"


def other_tables(experiment: str, found: list[str], wanted: list[str]) -> str:
    """An experiment that measured other tables than it planned."""
    return f"{experiment} measured {found}, not {wanted}"
