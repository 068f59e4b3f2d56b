import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adcost.functions import cities
from adcost.functions.earth import EARTH_RADIUS_KM, great_circle


def test_the_selection_is_by_population_and_nested():
    fifteen, six = cities.select("europe", 15), cities.select("europe", 6)
    assert six.names == ("Moscow", "London", "Saint Petersburg", "Berlin", "Madrid", "Kyiv")
    assert fifteen.names[:6] == six.names
    populations = [city["population"] for city in cities.available("europe")]
    assert populations == sorted(populations, reverse=True) and populations[-1] >= 1_000_000


def test_parts_of_a_city_are_left_out():
    assert "Budapest" in cities.select("europe", "all").names
    assert "Pest" not in cities.select("europe", "all").names
    usa = cities.select("usa", "all").names
    assert "New York City" in usa and not {"Brooklyn", "Queens", "Manhattan"} & set(usa)


def test_europe_ends_at_the_urals_and_the_world_has_one_city_a_country():
    assert {"Novosibirsk", "Omsk"}.isdisjoint(cities.select("europe", "all").names)
    countries = [city["countrycode"] for city in cities.available("world")]
    assert len(set(countries)) == len(countries)


def test_a_region_or_size_that_is_not_there_is_refused_with_what_is():
    with pytest.raises(ValueError, match="'mars' is no region; there are europe, usa, world"):
        cities.select("mars", 6)
    with pytest.raises(ValueError, match="europe has 35 cities; 99"):
        cities.select("europe", 99)


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [
        ((0, 0), (0, 90), np.pi / 2 * EARTH_RADIUS_KM),
        ((90, 0), (-90, 0), np.pi * EARTH_RADIUS_KM),
        ((12, 34), (12, 34), 0),
        # Paris to London, city centres: 344 km by any atlas.
        ((48.8566, 2.3522), (51.5074, -0.1278), 344),
    ],
)
def test_known_distances(one, other, kilometres):
    latitudes, longitudes = np.array([one, other], dtype=float).T
    assert great_circle(latitudes, longitudes)[0, 1] == pytest.approx(kilometres, abs=1)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(-89, 89), st.floats(-180, 180)), min_size=3, max_size=3))
def test_the_haversine_formula_is_the_angle_between_unit_vectors(places):
    latitudes, longitudes = np.array(places).T
    phi, lam = np.radians(latitudes), np.radians(longitudes)
    units = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], 1)
    across = np.linalg.norm(np.cross(units[:, None], units[None]), axis=-1)
    angle = np.arctan2(across, units @ units.T)
    np.testing.assert_allclose(
        great_circle(latitudes, longitudes), EARTH_RADIUS_KM * angle, atol=1e-3
    )
