"""Sets of labelled images for classifiers, split into training and test images.

A set is one function in :data:`DATASETS`; its name is what the configuration says. The modules
that read it are imported inside, so that planning may look the name up and stay quick.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Images:
    """Images (n, height, width, channels), float32 in [0, 1]; labels (n,), int32 from 0."""

    train_x: "np.ndarray"
    train_y: "np.ndarray"
    test_x: "np.ndarray"
    test_y: "np.ndarray"
    classes: int


@dataclass(frozen=True)
class Dataset:
    """A set of images: what planning must know of it, and the function that loads it."""

    training_images: int
    height: int
    width: int
    channels: int
    classes: int
    load: Callable[[], Images]


def digits() -> Images:
    """The 1,797 handwritten digits of 8 × 8 grey pixels that scikit-learn ships.

    (Alpaydin & Kaynak 1998, UCI *Optical Recognition of Handwritten Digits*, its test part.) One
    in five is kept for the test, drawn within each digit by a fixed seed: the split is a part of
    the data, not of the study's randomness.
    """
    import numpy as np
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    bunch = load_digits()
    x = (bunch.images / 16).astype(np.float32)[..., None]
    y = bunch.target.astype(np.int32)
    train_x, test_x, train_y, test_y = train_test_split(
        x, y, test_size=0.2, random_state=0, stratify=y
    )
    return Images(train_x, train_y, test_x, test_y, 10)


DATASETS: Mapping[str, Dataset] = {"digits": Dataset(1437, 8, 8, 1, 10, digits)}
"""Every set by the name that the configuration uses."""
