r"""The names of policies, and what follows from a name alone; nothing here imports JAX.

What each policy keeps is in `policies`.
"""

import re

FIXED = (
    "store_all",
    "save_operands",
    "save_operands_but_scores",
    "save_products",
    "save_projections",
    "every_block",
    "recompute_all",
)
EVERY_K = re.compile(r"every_([1-9][0-9]*)_blocks")
NAMES = (*FIXED[:-1], "every_<k>_blocks", FIXED[-1])


class UnknownPolicy(ValueError):
    """A name that is no policy; the message says which there are."""


def group(policy: str, layers: int) -> int | None:
    """Blocks between two checkpoints, at most ``layers``; None where a policy has no groups."""
    if policy == "every_block":
        return 1
    if match := EVERY_K.fullmatch(policy):
        return min(int(match[1]), layers)
    if policy not in FIXED:
        raise UnknownPolicy(f"{policy!r} is no policy; there are: {', '.join(NAMES)}")
    return None


def stacks(policy: str, layers: int) -> tuple[int, ...]:
    """How to cut parameters into stacks that groups divide, so that no stack need be copied."""
    k = group(policy, layers)
    rest = layers % k if k else 0
    return (layers - rest, rest) if rest else (layers,)
