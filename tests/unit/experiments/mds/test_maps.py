import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.experiments.mds import maps
from adcost.functions import cities, mds
from adcost.functions.earth import EARTH_RADIUS_KM, great_circle


def _motion(angle, mirrored):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return turn @ np.diag([1, -1 if mirrored else 1])


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 6.28), st.booleans(), st.integers(0, 99))
def test_the_error_forgives_motions_and_nothing_else(angle, mirrored, seed):
    truth = np.random.default_rng(seed).normal(size=(6, 2))
    moved = truth @ _motion(angle, mirrored) + [3, -1]
    assert maps.procrustes_error(moved, truth) < 1e-12
    np.testing.assert_allclose(maps.aligned(moved, truth), truth, atol=1e-12)
    # Scale is not forgiven: a map 1 % too large is off by 1 % of its radius.
    assert maps.procrustes_error(1.01 * moved, truth) == pytest.approx(0.01 * maps.radius(truth))


def test_no_rotation_does_better():
    rng = np.random.default_rng(3)
    truth, other = rng.normal(size=(2, 6, 2))
    best = maps.procrustes_error(other, truth)
    for angle in np.linspace(0, 6.28, 300):
        for mirrored in (False, True):
            tried = maps.centre(other) @ _motion(angle, mirrored) - maps.centre(truth)
            assert np.sqrt((tried**2).sum(1).mean()) >= best - 1e-12


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(4, 15))
def test_classical_scaling_inverts_squared_distances(seed, n):
    truth = np.random.default_rng(seed).normal(size=(n, 2))
    closed = maps.classical_scaling(mds.squared_distances(truth))
    assert maps.procrustes_error(closed.positions, truth) < 1e-10
    assert closed.planar_share == pytest.approx(1)
    assert closed.negative_share == pytest.approx(0, abs=1e-12)


def test_the_true_map_keeps_distances_and_directions_from_its_middle():
    latitudes, longitudes = np.array([10.0, -10.0, 0.0, 0.0, 0.0]), np.array([0, 0, 20.0, -20.0, 0])
    flat, angle = maps.true_map(latitudes, longitudes)
    assert angle == pytest.approx(np.radians(20))
    distances = great_circle(latitudes, longitudes)[-1]
    np.testing.assert_allclose(np.linalg.norm(flat, axis=1), distances, atol=1e-6)
    np.testing.assert_allclose(flat[2], [EARTH_RADIUS_KM * np.radians(20), 0], atol=1e-6)
    assert flat[0, 1] > 0  # north is up


def test_scale_on_the_true_map_varies_by_no_more_than_milnors_factor():
    chosen = cities.select("europe", "all")
    flat, angle = maps.true_map(chosen.latitudes, chosen.longitudes)
    pairs = ~np.eye(len(flat), dtype=bool)
    distances = great_circle(chosen.latitudes, chosen.longitudes)
    ratio = np.sqrt(mds.squared_distances(flat))[pairs] / distances[pairs]
    assert np.log(ratio.max() / ratio.min()) <= maps.least_distortion(angle)


@pytest.mark.parametrize("angle", [0.3, 1.0, 1.5])
def test_a_ring_about_its_middle_attains_milnors_factor(angle):
    """Along the ring the map is θ/sin θ too long, from its middle it is right."""
    turns = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    across, up = np.sin(angle) * np.cos(turns), np.sin(angle) * np.sin(turns)
    latitudes = np.append(0.0, np.degrees(np.arcsin(up)))
    longitudes = np.append(0.0, np.degrees(np.arctan2(across, np.cos(angle))))
    flat, found = maps.true_map(latitudes, longitudes)
    assert found == pytest.approx(angle)
    distances = great_circle(latitudes, longitudes)
    pairs = [(0, 1), (0, 200), (1, 2), (400, 401)]
    ratio = [np.linalg.norm(flat[i] - flat[j]) / distances[i, j] for i, j in pairs]
    np.testing.assert_allclose(
        ratio, [1, 1, angle / np.sin(angle), angle / np.sin(angle)], rtol=1e-4
    )
    assert np.exp(maps.least_distortion(angle)) == pytest.approx(max(ratio) / min(ratio), rel=1e-4)
