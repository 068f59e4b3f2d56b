import numpy as np
import pytest

from adcost.functions.images import DATASETS


@pytest.mark.parametrize("name", DATASETS)
def test_a_set_is_what_planning_was_told(name):
    said, data = DATASETS[name], DATASETS[name].load()
    assert data.train_x.shape == (said.training_images, said.height, said.width, said.channels)
    assert data.test_x.shape[1:] == data.train_x.shape[1:]
    assert len(data.train_y) == said.training_images and len(data.test_y) == len(data.test_x)
    assert data.train_x.dtype == np.float32 and data.train_y.dtype == np.int32
    assert 0 <= data.train_x.min() and data.train_x.max() <= 1
    assert set(data.train_y) == set(data.test_y) == set(range(said.classes))


def test_the_split_is_fixed_and_without_overlap():
    data, again = DATASETS["digits"].load(), DATASETS["digits"].load()
    assert np.array_equal(data.train_x, again.train_x)
    assert len(data.train_x) + len(data.test_x) == 1797
    train = {image.tobytes() for image in data.train_x}
    assert not train & {image.tobytes() for image in data.test_x}
