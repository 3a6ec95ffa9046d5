import itertools
import tracemalloc

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.layers.occurrences.names import share_a_name, site_names
from geodata.layers.occurrences.sites import (
    lineages,
    mean_distances_km,
    same_sites,
    spread_km,
)

KM_OF_LATITUDE = 1 / 111.2


def sites(*rows):
    """Rows are (name, table, degrees east, degrees north)."""
    return same_sites(
        [site_names(row[0], "") for row in rows],
        [row[1] for row in rows],
        np.array([row[2] for row in rows], dtype=float),
        np.array([row[3] for row in rows], dtype=float),
    )


def test_distance_alone_never_joins():
    assert len(set(sites(("Espe", "a", 80, 48), ("Akbiik", "b", 80, 48)))) == 2


def test_a_name_joins_within_25_km_and_not_beyond():
    near = sites(("Espe", "a", 80, 48), ("Espe", "b", 80, 48 + 24.8 * KM_OF_LATITUDE))
    far = sites(("Espe", "a", 80, 48), ("Espe", "b", 80, 48 + 25.2 * KM_OF_LATITUDE))
    assert len(set(near)) == 1
    assert len(set(far)) == 2


def test_one_table_that_spells_two_names_knows_two_sites():
    assert (
        len(set(sites(("Kuku-Tegerek", "a", 71, 41), ("Kuru-Tegerek", "a", 71.05, 41))))
        == 2
    )
    assert (
        len(set(sites(("Kuku-Tegerek", "a", 71, 41), ("Kuru-Tegerek", "b", 71.05, 41))))
        == 1
    )


def test_the_point_of_dzhezkazgan_is_one_site_in_one_table_whatever_its_names():
    point = (67.40092, 47.79797)
    rows = [
        (name, "usgs-mrds", *point) for name in ("Annensk", "Pokro", "Zlatoust", "")
    ]
    assert len(set(sites(*rows))) == 1


def test_no_record_is_no_site():
    assert sites().tolist() == []


ROW = st.tuples(
    st.sampled_from(
        [
            "Espe",
            "Verkhnee Espe",
            "Kutessay II",
            "Kutessai-II",
            "Unnamed",
            "",
            "Akchatau",
        ]
    ),
    st.sampled_from(["a", "b", "c"]),
    st.integers(0, 12).map(lambda step: 76 + step * 0.1),
    st.integers(0, 6).map(lambda step: 42 + step * 0.1),
)


def by_every_pair(rows):
    """Group rows by the definition, each pair looked at."""
    group = list(range(len(rows)))
    earth = pyproj.Geod(ellps="WGS84")
    for (i, one), (j, two) in itertools.combinations(enumerate(rows), 2):
        here, there = site_names(one[0], ""), site_names(two[0], "")
        same_table = one[1] == two[1]
        named = bool(here & there) if same_table else share_a_name(here, there)
        near = earth.inv(*one[2:], *two[2:])[2] <= 25_000
        if (named and near) or (same_table and one[2:] == two[2:]):
            group = [group[i] if of == group[j] else of for of in group]
    return group


@settings(deadline=None, max_examples=150)
@given(st.lists(ROW, max_size=12), st.randoms(use_true_random=False))
def test_sites_are_those_of_every_pair_whatever_the_order_of_the_records(rows, random):
    expected = by_every_pair(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    found = sites(*(rows[index] for index in order))
    for (i, first), (j, second) in itertools.combinations(enumerate(order), 2):
        assert (expected[first] == expected[second]) == (found[i] == found[j])


MANY = 20_000


@pytest.mark.parametrize("name", ["Espe", "Espe {}", "Unnamed"])
def test_twenty_thousand_records_near_one_point_need_little_memory(name):
    north, east = np.divmod(np.arange(MANY), 200)
    lon, lat = 80 + east * 1e-4, 48 + north * 1e-4
    names = [site_names(name.format(row), "") for row in range(MANY)]
    others = [site_names("Verkhnee Espe", "")] * 20
    tracemalloc.start()
    found = same_sites(
        [*names, *others],
        ["a"] * MANY + [f"table {number}" for number in range(20)],
        np.append(lon, np.full(20, 80.0)),
        np.append(lat, np.full(20, 48.0)),
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(set(found.tolist())) == {"Espe": 2}.get(name, MANY + 1)
    assert peak < 200e6  # every pair of them would be 3.2 GB


def test_a_site_of_thousands_of_records_has_its_spread_and_its_voices():
    random = np.random.default_rng(6)
    lon, lat = 80 + random.random(MANY), 48 + random.random(MANY)
    diagonal = pyproj.Geod(ellps="WGS84").inv(80, 48, 81, 49)[2] / 1e3
    assert spread_km(lon, lat) == pytest.approx(diagonal, rel=0.1)
    assert len(mean_distances_km(lon, lat)) == MANY
    assert (
        lineages(["a", "b"] * (MANY // 2), lon, lat + np.tile([0, 2], MANY // 2)) == 2
    )


def test_spread_is_the_greatest_distance_and_unknown_for_one():
    lon, lat = np.array([76.1667, 76.1833]), np.array([42.6667, 42.8833])
    assert spread_km(lon, lat) == pytest.approx(24.1, abs=0.1)
    assert np.isnan(spread_km(lon[:1], lat[:1]))
    assert mean_distances_km(lon, lat) == pytest.approx([24.1, 24.1], abs=0.1)


def test_copies_and_tables_of_one_family_are_one_voice():
    lon, lat = np.array([70.0, 70.0, 70.1, 70.2]), np.array([45.0, 45.0, 45.0, 45.0])
    assert lineages(["ree", "ree", "major", "tin"], lon, lat) == 3
    assert lineages(["ree", "other", "major", "major"], lon, lat) == 2
