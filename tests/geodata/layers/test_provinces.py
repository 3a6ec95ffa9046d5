"""Geological provinces, cratons, sutures, and the lines between provinces."""

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import LayerFormatError
from geodata.evidence.proximity import Proximity
from geodata.layers import (
    LayerStore,
    boundaries,
    provinces,
    sutures,
    terrane_boundaries,
)
from geodata.layers.model import VectorProduct

EARTH = pyproj.Geod(ellps="WGS84")
BOX = shapely.box(44, 33, 90, 58)

# Notes on layers, section 6: longitude, latitude, province, km to its nearest border.
PLACES = (
    (76.10, 42.87, 209, 11.65),
    (82.4, 48.5, 128, 2.04),
    (70.7, 39.45, 272, 36.39),
    (61.9, 52.2, 359, 28.17),
    (64.6, 41.6, 272, 72.84),
    (66.4, 37.8, 355, 50.04),
    (52.1, 43.7, 170, 163.06),
)
# Notes, section 3.2: borders that neighbours share vertex by vertex, geodesic km.
SHARED_KM = {"KAZ": 28_104, "KGZ": 4_589, "TJK": 1_670, "TKM": 2_491, "UZB": 2_701}


@pytest.fixture(scope="module")
def files(shared: Path) -> dict[tuple[str, str], Path]:
    parts = (
        *provinces.PROVINCE_PARTS,
        *provinces.CRATON_PARTS,
        sutures.SUTURES,
    )
    return {part: shared.joinpath("mirror", *part) for part in parts}


@pytest.fixture(scope="module")
def ground(files) -> VectorProduct:
    return provinces.build_provinces(files)


@pytest.fixture(scope="module")
def lines(files) -> VectorProduct:
    return terrane_boundaries.build_province_boundaries(files)


def km_inside(shapes, area) -> float:
    """Geodesic length of lines inside an area, km."""
    near = shapes[shapely.intersects(shapes, area)]
    return sum(
        EARTH.geometry_length(shapely.intersection(shape, area)) / 1000
        for shape in near
    )


def squares(*corners):
    return [shapely.box(*corner) for corner in corners]


def test_all_provinces_of_the_world_are_read_in_the_spelling_of_the_source(ground):
    table = ground.table
    assert len(table) == 914
    assert table.crs == "EPSG:4326"
    assert {"Dneipr-Donets Basin", "Central Afgan Ranges"} <= set(table["name"])
    assert table["name"].isna().sum() == 1
    assert table["orogen"].isna().sum() == 139
    assert set(table["crust"]) == {"continental", "oceanic", "transitional"}
    assert table.geometry.is_valid.all()


@pytest.mark.parametrize(("lon", "lat", "number", "_km"), PLACES)
def test_a_known_place_lies_in_its_province(ground, lon, lat, number, _km):
    inside = ground.table[shapely.contains_xy(ground.table.geometry, lon, lat)]
    assert list(inside["province_id"]) == [number]


@pytest.mark.parametrize(
    ("lon", "lat", "name"),
    [
        (76.89, 43.24, "Balkhash-Yili Fold Belt"),
        (71.43, 51.17, "Teniz Basin"),
        (69.28, 41.31, "Tourgai-Karatau Basin"),
    ],
)
def test_a_city_lies_in_its_province(ground, lon, lat, name):
    inside = ground.table[shapely.contains_xy(ground.table.geometry, lon, lat)]
    assert list(inside["name"]) == [name]


def test_provinces_cover_every_state(ground, bundle: LayerStore):
    states = shapely.union_all(bundle.vector("states").table.geometry.to_numpy())
    assert shapely.difference(states, ground.coverage).area < 1e-6


def test_every_border_of_the_region_is_found_once(ground, lines, bundle: LayerStore):
    """In the states each stretch is edge of two provinces: half the perimeters."""
    edges = shapely.boundary(ground.table.geometry.to_numpy())
    for state in bundle.vector("states").table.itertuples():
        expected = km_inside(edges, state.geometry) / 2
        found = km_inside(lines.table.geometry.to_numpy(), state.geometry)
        assert found == pytest.approx(expected, rel=1e-3)


def test_borders_shared_vertex_by_vertex_are_those_of_the_notes(
    ground, lines, bundle: LayerStore
):
    """The notes lose what neighbours draw with different vertices: up to 6 %."""
    table = ground.table[shapely.intersects(ground.table.geometry, BOX)]
    shapes = table.geometry.to_numpy()
    edges = shapely.boundary(shapes)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first = one < other
    exact = shapely.intersection(edges[one[first]], edges[other[first]])
    for state in bundle.vector("states").table.itertuples():
        known = SHARED_KM[state.iso3]
        assert km_inside(exact, state.geometry) == pytest.approx(known, rel=0.01)
        found = km_inside(lines.table.geometry.to_numpy(), state.geometry)
        assert 0.99 * known < found < 1.07 * known


def test_two_hundred_and_eight_pairs_of_provinces_meet_in_the_region(lines):
    table = lines.table[shapely.intersects(lines.table.geometry, BOX)]
    assert len(set(zip(*np.sort(table[["left", "right"]]).T, strict=True))) == 208


def test_distances_to_the_nearest_border_are_those_of_the_notes(lines):
    lon, lat, _, known = np.array(PLACES).T
    near = lines.table[shapely.intersects(lines.table.geometry, BOX)]
    found = Proximity(near, lines.coverage).distance_km(lon, lat)
    np.testing.assert_allclose(found, known, atol=0.2)


def test_the_left_side_of_a_border_is_the_province_it_names(ground, lines):
    by_name = ground.table.dissolve(by="name").geometry
    table = lines.table[shapely.intersects(lines.table.geometry, BOX)]
    inside = 0
    for row in table.itertuples():
        line = row.geometry
        start = line.interpolate(line.length / 2 - 1e-5)
        end = line.interpolate(line.length / 2 + 1e-5)
        east, north = end.x - start.x, end.y - start.y
        left = shapely.Point(start.x - 5 * north, start.y + 5 * east)
        right = shapely.Point(start.x + 5 * north, start.y - 5 * east)
        assert by_name[row.left].distance(left) < boundaries.TOUCH_DEG, row.name
        assert by_name[row.right].distance(right) < boundaries.TOUCH_DEG, row.name
        inside += by_name[row.left].contains(left) and by_name[row.right].contains(
            right
        )
    assert inside >= 0.98 * len(table)  # the rest are slivers


def test_a_border_names_types_and_the_orogen_both_sides_share(ground, lines):
    facts = ground.table.drop_duplicates("name").set_index("name")
    once = ground.table["name"].value_counts() == 1
    for row in lines.table[shapely.intersects(lines.table.geometry, BOX)].itertuples():
        assert row.name == f"{row.left} | {row.right}"
        if once.get(row.left) and once.get(row.right):
            assert row.left_type == facts.loc[row.left, "type"]
            orogens = facts.loc[[row.left, row.right], "orogen"]
            agree = orogens.iloc[0] == orogens.iloc[1]  # unknown is never the same
            assert pd.notna(row.orogen) == agree
            assert not agree or row.orogen == orogens.iloc[0]


def test_cratons_and_sutures_are_read_whole(files):
    cratons = provinces.build_cratons(files).table
    assert len(cratons) == 114
    assert cratons["name"].notna().all()
    table = sutures.build_sutures(files).table
    assert len(table) == 18
    box = table[shapely.intersects(table.geometry, BOX)]
    assert len(box) == 13
    assert any("Tanymas" in name for name in box["name"])


def test_neighbours_share_a_border_though_one_has_a_corner_where_the_other_has_none():
    """A corner 0.1 mm beside the long edge of its neighbour, as rounding leaves it."""
    west = shapely.box(0, 0, 1, 2)
    south = shapely.Polygon([(1, 0), (2, 0), (2, 1), (1 + 1e-9, 1)])
    north = shapely.Polygon([(1 + 1e-9, 1), (2, 1), (2, 2), (1, 2)])
    table, _ = boundaries.boundary_table([west, south, north], ["W", "S", "N"])
    lengths = {
        frozenset((r.left, r.right)): r.geometry.length for r in table.itertuples()
    }
    assert lengths == {
        frozenset("WS"): pytest.approx(1),
        frozenset("WN"): pytest.approx(1),
        frozenset("SN"): pytest.approx(1),
    }


@pytest.mark.parametrize(("gap", "count"), [(-0.002, 1), (0.002, 1), (0.02, 0)])
def test_a_sliver_between_neighbours_is_one_border_and_a_real_gap_none(gap, count):
    shapes = squares((0, 0, 1, 1), (1 + gap, 0, 2, 1))
    table, _ = boundaries.boundary_table(shapes, ["west", "east"])
    lengths = shapely.length(table.geometry.to_numpy())
    assert lengths.sum() == pytest.approx(count, abs=0.02)
    for row in table[lengths > 0.5].itertuples():
        northward = row.geometry.coords[-1][1] > row.geometry.coords[0][1]
        assert (row.left == "west") == northward


def test_areas_of_one_name_and_areas_that_touch_in_a_corner_have_no_border():
    shapes = squares((0, 0, 1, 1), (1, 0, 2, 1), (2, 1, 3, 2))
    table, _ = boundaries.boundary_table(shapes, ["one", "one", "two"])
    assert table.empty


def test_only_borders_inside_the_clip_are_returned():
    shapes = squares((0, 0, 1, 4), (1, 0, 2, 4))
    (found,) = boundaries.borders_between(shapes, clip=shapely.box(-1, 1, 3, 2))
    assert found[2].length == pytest.approx(1)


@settings(max_examples=30, deadline=None)
@given(
    seeds=st.lists(
        st.tuples(st.integers(1, 99), st.integers(1, 99)),
        min_size=3,
        max_size=15,
        unique=True,
    )
)
def test_borders_of_any_partition_are_half_of_what_lies_within(seeds):
    """All edges, less the outer frame, are drawn by two areas each."""
    frame = shapely.box(0, 0, 10, 10)
    cells = shapely.voronoi_polygons(
        shapely.MultiPoint(np.array(seeds) / 10), extend_to=frame
    )
    shapes = [shapely.intersection(cell, frame) for cell in shapely.get_parts(cells)]
    found = sum(line.length for _, _, line in boundaries.borders_between(shapes))
    within = (sum(shape.length for shape in shapes) - frame.length) / 2
    # Where a border meets the frame at a sharp angle, the frame runs beside it.
    assert within - 1e-3 < found < within + 0.1 * len(shapes)


def test_the_setting_of_a_border_is_told_by_how_many_of_its_sides_are_old(tmp_path):
    """A row of squares: each type beside the next; the last is unknown."""
    types = ["orogenic belt", "wide rift", "craton", "shield", "basin", "shield", None]
    path = tmp_path / "global_gprv.shp"
    geopandas.GeoDataFrame(
        {
            "id": range(7),
            "prov_name": list("ABCDEFG"),
            "prov_type": types,
            "prov_group": "group",
            "lastorogen": None,
            "crust_type": "continental",
        },
        geometry=squares(*((west, 0, west + 1, 1) for west in range(7))),
        crs="EPSG:4326",
    ).to_file(path, driver="ESRI Shapefile")
    table = terrane_boundaries.build_province_boundaries(
        {provinces.PROVINCES: path}
    ).table
    found = {
        "".join(sorted(row.left + row.right)): row.setting for row in table.itertuples()
    }
    assert pd.isna(found.pop("FG"))
    assert found == {
        "AB": "between younger blocks",
        "BC": "edge of an old block",
        "CD": "between old blocks",
        "DE": "edge of an old block",
        "EF": "edge of an old block",
    }


@pytest.mark.parametrize("beside", ["craton", "wide rift", None, float("nan")])
def test_beside_an_unknown_type_the_setting_is_unknown_whichever_side_it_is(beside):
    assert terrane_boundaries.settings([beside, None], [None, beside]) == [None, None]


def test_the_settings_of_the_world_are_counted(lines):
    assert lines.table["setting"].value_counts().to_dict() == {
        "between younger blocks": 2769,
        "edge of an old block": 524,
        "between old blocks": 190,
    }
    assert list(lines.table.columns)[-2:] == ["setting", "geometry"]


def test_a_missing_column_is_told_with_those_that_came(tmp_path):
    path = tmp_path / "global_gprv.shp"
    geopandas.GeoDataFrame(
        {"id": [1]}, geometry=squares((0, 0, 1, 1)), crs="EPSG:4326"
    ).to_file(path, driver="ESRI Shapefile")
    with pytest.raises(LayerFormatError, match="prov_name"):
        provinces.build_provinces({provinces.PROVINCES: path})
