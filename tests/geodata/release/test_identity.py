"""Ids along a chain of releases, on squares whose overlaps are known by hand."""

import functools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.raster import to_lonlat
from geodata.release.identity import History
from geodata.release.overlap import overlaps

KIND = "placer"


@functools.cache
def box(west, south, east, north):
    """A rectangle in tens of kilometres on the equal-area projection."""
    return to_lonlat(
        shapely.box(*(10_000.0 * side for side in (west, south, east, north)))
    )


def square(west, south=0.0):
    return box(west, south, west + 3, south + 3)


class Chain:
    """Releases one after the other; each names its areas as a build does."""

    def __init__(self):
        self.past = History.none()
        self.count = 0
        self.places = []  # of every release: id → outline

    def release(self, *areas, kinds=None):
        """Add a release of some areas, best first; return their ids."""
        kinds = list(kinds or [KIND] * len(areas))
        kept = self.past.kept_by(kinds, areas)
        ids, used = [], set(self.past.ids)
        for name in kept:
            number = len(used) + 1
            ids.append(name or f"id-{number}")
            used.add(ids[-1])
        table = gpd.GeoDataFrame(
            {
                "id": np.array(ids, dtype=object),
                "deposit_type": np.array(kinds, dtype=object),
                "rank_in_type": np.arange(len(ids)) + 1,
            },
            geometry=list(areas),
            crs="EPSG:4326",
        )
        self.carried = self.past.followed_by(table)
        self.count += 1
        self.past = History(
            release=f"release-{self.count}",
            living=table,
            retired=self.carried.retired,
            earlier=self.carried.earlier,
        )
        self.places.append(dict(zip(ids, areas, strict=True)))
        return ids

    def retired(self):
        return self.past.retired.set_index("id")


@pytest.fixture
def chain():
    return Chain()


def test_the_same_areas_keep_their_ids_whatever_their_order(chain):
    ids = chain.release(square(0), square(10), square(20))
    again = chain.release(square(20), square(0), square(10))
    assert again == [ids[2], ids[0], ids[1]]
    assert chain.carried.changes.model_dump() == {"kept": 3, "new": 0, "retired": 0}
    assert len(chain.carried.retired) == len(chain.carried.earlier) == 0


def test_a_square_moved_by_a_third_of_its_side_keeps_its_id_and_further_not(chain):
    """Two of three strips are shared, of four covered: exactly one half."""
    (first,) = chain.release(square(0))
    assert overlaps([square(0)], [square(1)]).iou.tolist() == [0.5]
    assert chain.release(square(1)) == [first]
    other = Chain()
    other.release(square(0))
    (moved,) = other.release(square(1.01))
    assert moved != first
    told = other.retired().loc[first]
    assert (told["last_release"], told["successor"]) == ("release-1", moved)
    assert told["overlap"] == pytest.approx(1.99 / 4.01, abs=1e-6)


def test_of_unequal_halves_the_larger_keeps_the_id(chain):
    (whole,) = chain.release(square(0))
    small, large = box(0, 0, 1, 3), box(1, 0, 3, 3)
    ids = chain.release(small, large)
    assert ids[1] == whole
    assert ids[0] != whole
    assert chain.carried.changes.model_dump() == {"kept": 1, "new": 1, "retired": 0}


def test_of_two_equal_halves_the_western_keeps_the_id_in_any_order():
    west, east = box(0, 0, 2, 2), box(2, 0, 4, 2)
    for order in ((west, east), (east, west)):
        chain = Chain()
        (whole,) = chain.release(box(0, 0, 4, 2))
        ids = chain.release(*order)
        assert ids[order.index(west)] == whole


def test_of_three_thirds_none_keeps_the_id_and_the_first_is_the_successor(chain):
    (whole,) = chain.release(square(0))
    ids = chain.release(*(box(west, 0, west + 1, 3) for west in range(3)))
    assert whole not in ids
    assert chain.retired().loc[whole, "successor"] == min(ids)
    assert chain.retired().loc[whole, "overlap"] == pytest.approx(1 / 3, abs=1e-6)


def test_merged_areas_take_the_id_of_the_larger_which_succeeds_the_smaller(chain):
    large, small = chain.release(box(0, 0, 3, 2), box(3, 0, 4, 2))
    (merged,) = chain.release(box(0, 0, 4, 2))
    assert merged == large
    told = chain.retired().loc[small]
    assert told["successor"] == large
    assert told["overlap"] == pytest.approx(0.25, abs=1e-6)
    assert told["rank_in_type"] == 2


def test_an_area_without_one_in_its_place_has_no_successor(chain):
    gone, _ = chain.release(square(0), square(20))
    chain.release(square(20))
    told = chain.retired().loc[gone]
    assert told["successor"] is pd.NA
    assert np.isnan(told["overlap"])


def test_a_place_that_comes_back_takes_its_id_again_and_no_other_does(chain):
    first, stays = chain.release(square(0), square(20))
    chain.release(square(20))
    assert chain.release(square(20), square(40))[0] == stays
    again = chain.release(square(0.5), square(20))
    assert again == [first, stays]
    assert first not in chain.retired().index
    assert chain.carried.changes.new == 1


def test_a_place_that_comes_back_elsewhere_gets_a_new_id(chain):
    (first,) = chain.release(square(0))
    chain.release()
    assert chain.release(square(1.5)) != [first]
    assert first in chain.retired().index


def test_an_id_in_use_comes_before_a_retired_one(chain):
    (first,) = chain.release(box(0, 0, 6, 3))
    (second,) = chain.release(box(2.5, 0, 8.5, 3))
    assert second != first
    # This place is that of the first by 5 of 7, that of the second by 4.5 of 7.5.
    assert chain.release(box(1, 0, 7, 3)) == [second]
    assert chain.retired().loc[first, "successor"] == second


def test_an_area_that_creeps_gets_a_new_id_once_it_left_its_first_place(chain):
    """Each step overlaps the one before by half, two steps only by a fifth."""
    (first,) = chain.release(square(0))
    assert chain.release(square(1)) == [first]
    (second,) = chain.release(square(2))
    assert second != first
    assert chain.retired().loc[first, "successor"] == second
    assert chain.release(square(1)) == [second]


def test_an_id_never_passes_to_another_type(chain):
    (placer,) = chain.release(square(0))
    (other,) = chain.release(square(0), kinds=["phosphorite"])
    assert other != placer
    assert chain.retired().loc[placer, "successor"] is pd.NA


def test_what_a_release_carries_has_the_same_form_when_it_is_empty(chain, tmp_path):
    chain.release(square(0), square(30))
    empty = chain.carried.tables
    chain.release(square(1))
    for name, table in chain.carried.tables.items():
        assert len(table) == 1
        path = tmp_path / f"{name}.parquet"
        empty[name].to_parquet(path, index=False)
        read = gpd.read_parquet(path)
        assert read.columns.tolist() == table.columns.tolist()
        assert read.crs == table.crs
        assert read.dtypes.equals(table.dtypes)


AREAS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 4), st.integers(1, 4)),
    min_size=0,
    max_size=4,
)


def disjoint(drawn):
    """Rectangles in rows of their own, so that areas of one release never overlap."""
    return [
        box(west, 5 * row, west + width, 5 * row + height)
        for row, (west, width, height) in enumerate(drawn)
    ]


@given(st.lists(AREAS, min_size=2, max_size=5))
def test_along_a_chain_an_id_never_means_two_places(releases):
    chain = Chain()
    for drawn in releases:
        ids = chain.release(*disjoint(drawn))
        assert len(set(ids)) == len(ids)
        assert not set(ids) & set(chain.past.retired["id"])
    everywhere = {}
    for places in chain.places:
        for identity, outline in places.items():
            everywhere.setdefault(identity, []).append(outline)
    for identity, outlines in everywhere.items():
        found = overlaps(outlines, outlines)
        assert len(found.iou) == len(outlines) ** 2, identity
        assert (found.iou >= 0.5).all(), identity
    assert set(everywhere) == set(chain.past.ids)


@given(st.lists(AREAS, min_size=1, max_size=3), AREAS, st.randoms())
def test_which_ids_are_kept_does_not_depend_on_the_order_of_areas(past, now, random):
    chain = Chain()
    for drawn in past:
        chain.release(*disjoint(drawn))
    areas = disjoint(now)
    order = list(range(len(areas)))
    random.shuffle(order)
    kept = chain.past.kept_by([KIND] * len(areas), areas)
    shuffled = [areas[position] for position in order]
    again = chain.past.kept_by([KIND] * len(areas), shuffled)
    assert again == [kept[position] for position in order]
