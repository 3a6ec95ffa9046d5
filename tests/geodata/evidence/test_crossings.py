import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.evidence.crossings import GAP_DEG, LEAST_ANGLE_DEG, crossings


def lines(*texts, **columns):
    return gpd.GeoDataFrame(
        columns, geometry=list(shapely.from_wkt(texts)), crs="EPSG:4326"
    )


def places(found):
    return sorted({(round(p.x, 3), round(p.y, 3)) for p in found.geometry})


def at_angle(degrees):
    """Return a line through (0, 0) that strikes so many degrees from north."""
    east, north = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    return f"LINESTRING ({-east} {-north}, {east} {north})"


def test_two_lines_cross_where_they_cut_each_other():
    found = crossings(lines("LINESTRING (0 0, 2 2)", "LINESTRING (0 2, 2 0)"))
    assert places(found) == [(1, 1)]
    assert found.crs == "EPSG:4326"
    assert len(found) == 1


def test_a_line_is_not_a_crossing_of_itself():
    assert crossings(lines("LINESTRING (0 0, 2 2, 2 0, 0 2)")).empty
    assert crossings(lines()).empty


@pytest.mark.parametrize(
    ("apart", "count"),
    [(29.5, 0), (30.5, 1), (90.0, 1), (149.5, 1), (150.5, 0), (179.0, 0)],
)
def test_strikes_must_differ_by_thirty_degrees_whichever_way_lines_were_drawn(
    apart, count
):
    assert LEAST_ANGLE_DEG == 30
    assert len(crossings(lines(at_angle(0), at_angle(apart)))) == count
    back = shapely.reverse(shapely.from_wkt(at_angle(apart))).wkt
    assert len(crossings(lines(at_angle(0), back))) == count


def test_strike_is_that_on_the_ground_and_not_that_in_degrees():
    # At 60 N a degree of longitude is half as long: what looks like 45 degrees from
    # north is 26.6, and 63.4 from east.
    slant = "LINESTRING (-0.5 59.5, 0.5 60.5)"
    assert crossings(lines(slant, "LINESTRING (0 59.5, 0 60.5)")).empty
    assert len(crossings(lines(slant, "LINESTRING (-0.5 60, 0.5 60)"))) == 1


def test_lines_of_one_name_are_one_structure():
    cross = ("LINESTRING (0 0, 2 2)", "LINESTRING (0 2, 2 0)")
    assert crossings(lines(*cross, name=["Talas", "Talas"])).empty
    assert len(crossings(lines(*cross, name=["Talas", "Fergana"]))) == 1


@pytest.mark.parametrize("name", ["", None, np.nan])
def test_lines_without_a_name_are_told_apart_by_strike_alone(name):
    cross = ("LINESTRING (0 0, 2 2)", "LINESTRING (0 2, 2 0)")
    assert len(crossings(lines(*cross, name=[name, name]))) == 1


def test_the_corner_of_three_blocks_is_a_crossing():
    found = crossings(
        lines(
            "LINESTRING (1 1, 1 3)",
            "LINESTRING (1 1, 3 0)",
            "LINESTRING (1 1, -1 0)",
            name=["a | b", "b | c", "a | c"],
        )
    )
    assert places(found) == [(1, 1)]
    assert len(found) == 3


def test_two_pieces_of_one_straight_line_do_not_cross():
    assert crossings(lines("LINESTRING (0 0, 1 1)", "LINESTRING (1 1, 2 2)")).empty


def test_strike_is_taken_where_lines_meet_and_not_over_their_whole_length():
    bent = "LINESTRING (0 -3, 0 1, 3 1)"  # north, then east
    level = "LINESTRING (-2 -1, 2 -1)"
    assert places(crossings(lines(bent, level))) == [(0, -1)]
    assert crossings(lines(bent, "LINESTRING (1.5 1, 4 1)")).empty


@pytest.mark.parametrize(("gap", "count"), [(0.99 * GAP_DEG, 1), (1.01 * GAP_DEG, 0)])
def test_a_line_that_ends_just_short_of_another_meets_it_half_way(gap, count):
    assert GAP_DEG == 0.05
    found = crossings(lines("LINESTRING (-1 0, 1 0)", f"LINESTRING (0 {gap}, 0 1)"))
    assert places(found) == [(0, round(gap / 2, 3))] * count


def test_lines_that_cut_each_other_twice_cross_twice():
    found = crossings(
        lines("LINESTRING (0 0, 4 0)", "LINESTRING (1 -1, 1 1, 3 1, 3 -1)")
    )
    assert places(found) == [(1, 0), (3, 0)]
    assert len(found) == 2


def test_a_shared_stretch_is_no_crossing_but_a_cut_beside_it_is():
    found = crossings(
        lines("LINESTRING (0 0, 9 0)", "LINESTRING (0 0, 2 0, 2 1, 5 1, 5 -1)")
    )
    assert places(found) == [(5, 0)]


def test_every_pair_is_found_once():
    star = lines(at_angle(0), at_angle(60), at_angle(120))
    assert len(crossings(star)) == 3
    assert places(crossings(star)) == [(0, 0)]
