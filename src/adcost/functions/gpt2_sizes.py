r"""GPT-2's sizes and its number of parameters as a formula; nothing here imports JAX.

Radford et al. 2019, *Language Models are Unsupervised Multitask Learners*, table 2; the numbers of
heads are those of the released models (a head is 64 wide).
"""

from dataclasses import dataclass

VOCABULARY = 50_257


@dataclass(frozen=True)
class Size:
    """A transformer of ``layers`` blocks; ``width`` is a multiple of ``heads``."""

    layers: int
    width: int
    heads: int
    vocabulary: int = VOCABULARY


SIZES = {
    "small": Size(12, 768, 12),
    "medium": Size(24, 1024, 16),
    "large": Size(36, 1280, 20),
    "xl": Size(48, 1600, 25),
}


def block_parameters(width: int) -> int:
    """Parameters of one block: 12 h² weights, and 13 h of biases and normalisations."""
    return 12 * width**2 + 13 * width


def parameter_count(size: Size, sequence: int) -> int:
    """All parameters: the blocks, tied tokens, ``sequence`` positions, the last normalisation."""
    h = size.width
    return size.layers * block_parameters(h) + (size.vocabulary + sequence) * h + 2 * h
