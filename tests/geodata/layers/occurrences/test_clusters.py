import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.layers.occurrences.clusters import (
    alike,
    lineages,
    mean_distances_km,
    place_names,
    same_places,
    spread_km,
)

KM_OF_LATITUDE = 1 / 111.2


def names(text, aliases=""):
    return place_names(text, aliases)


def places(*rows):
    """Rows are (name, table, degrees east, degrees north)."""
    return same_places(
        [names(row[0]) for row in rows],
        [row[1] for row in rows],
        np.array([row[2] for row in rows], dtype=float),
        np.array([row[3] for row in rows], dtype=float),
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Kutessai-II", "Kutessay II"),
        ("Dzhanatas Mine", "Zhanatas (Dzhanatas)"),
        ("Mirgalim-Sai", "Mirgalimsay"),
        ("Kounrad", "Qonyrat (Kounrad)"),
        ("Bélinga", "Belinga deposit"),
        ("Aksaj, Chulaktau", "Chulak Tau Mine"),
    ],
)
def test_spellings_of_one_name_are_alike(first, second):
    assert alike(names(first), names(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Kundybai", "Kundybajskoe"),
        ("Kutessay", "Kutessay II"),
        ("Karatau 1", "Karatau 2"),
        ("Karakol well C5", "Karakol well C6"),
        ("Severnyi Katpar", "Yuzhnyi Katpar"),
        ("North Djetymtau", "Djetymtau"),
        ("Unnamed occurrence", "Unnamed occurrence"),
        ("", ""),
        ("K-2", "K-2"),
        ("Land Pebble district, Fort Green", "Land Pebble district, Fort Meade"),
    ],
)
def test_names_that_differ_in_what_tells_places_apart_are_not(first, second):
    assert not alike(names(first), names(second))


def test_a_part_of_a_field_is_not_the_field():
    assert names("Djeroi Yuzhny", "part of Dzheroi-Sardara") == names("Djeroi Yuzhny")
    assert names("", "Espe; Upper Espe") == names("Espe") | names("Upper Espe")


def test_distance_alone_never_joins():
    assert len(set(places(("Espe", "a", 80, 48), ("Akbiik", "b", 80, 48)))) == 2


def test_a_name_joins_within_25_km_and_not_beyond():
    near = places(("Espe", "a", 80, 48), ("Espe", "b", 80, 48 + 24.8 * KM_OF_LATITUDE))
    far = places(("Espe", "a", 80, 48), ("Espe", "b", 80, 48 + 25.2 * KM_OF_LATITUDE))
    assert len(set(near)) == 1
    assert len(set(far)) == 2


def test_one_table_that_spells_two_names_knows_two_places():
    assert (
        len(
            set(places(("Kuku-Tegerek", "a", 71, 41), ("Kuru-Tegerek", "a", 71.05, 41)))
        )
        == 2
    )
    assert (
        len(
            set(places(("Kuku-Tegerek", "a", 71, 41), ("Kuru-Tegerek", "b", 71.05, 41)))
        )
        == 1
    )


def test_the_point_of_dzhezkazgan_is_one_place_in_one_table_whatever_its_names():
    point = (67.40092, 47.79797)
    rows = [
        (name, "usgs-mrds", *point) for name in ("Annensk", "Pokro", "Zlatoust", "")
    ]
    assert len(set(places(*rows))) == 1


def test_no_record_is_no_place():
    assert places().tolist() == []


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


@settings(deadline=None, max_examples=150)
@given(st.lists(ROW, max_size=12), st.randoms(use_true_random=False))
def test_the_grouping_does_not_depend_on_the_order_of_the_records(rows, random):
    order = list(range(len(rows)))
    random.shuffle(order)
    straight = places(*rows)
    shuffled = places(*(rows[index] for index in order))
    for (i, first), (j, second) in itertools.combinations(enumerate(order), 2):
        joined = straight[first] == straight[second]
        assert joined == (shuffled[i] == shuffled[j])


TEXT = st.text(alphabet="abkstuy IV12-", max_size=12)


@given(TEXT, TEXT)
def test_likeness_goes_both_ways(first, second):
    assert alike(names(first), names(second)) == alike(names(second), names(first))


def test_spread_is_the_greatest_distance_and_unknown_for_one():
    lon, lat = np.array([76.1667, 76.1833]), np.array([42.6667, 42.8833])
    assert spread_km(lon, lat) == pytest.approx(24.1, abs=0.1)
    assert np.isnan(spread_km(lon[:1], lat[:1]))
    assert mean_distances_km(lon, lat) == pytest.approx([24.1, 24.1], abs=0.1)


def test_copies_and_tables_of_one_family_are_one_voice():
    lon, lat = np.array([70.0, 70.0, 70.1, 70.2]), np.array([45.0, 45.0, 45.0, 45.0])
    assert lineages(["ree", "ree", "major", "tin"], lon, lat) == 3
    assert lineages(["ree", "other", "major", "major"], lon, lat) == 2
