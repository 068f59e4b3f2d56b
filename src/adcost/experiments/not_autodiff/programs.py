"""What the programs that are timed at a depth are called."""


def program(method: str, depth: int) -> str:
    """The name, in the table of timings, of a method's program for f_depth."""
    return f"{method}-{depth}"
