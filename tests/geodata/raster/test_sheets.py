import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.raster.sheets import ROMAN_NUMERALS, sheet_200k, sheets_200k
from geodata.region import Bounds


def sheet_bounds(name):
    """Return the box of a sheet, read off its name from the equator and 180 W."""
    band, zone, *numeral = name.split("-")
    west, south = (int(zone) - 31) * 6.0, "ABCDEFGHIJKLMNO".index(band) * 4.0
    if not numeral:
        return Bounds(west=west, south=south, east=west + 6, north=south + 4)
    row, column = divmod(ROMAN_NUMERALS.index(numeral[0]), 6)
    rows = round(south * 1.5) + 5 - row
    west += column
    return Bounds(west=west, south=rows / 1.5, east=west + 1, north=(rows + 1) / 1.5)


LON = st.floats(min_value=-180, max_value=180, exclude_max=True)
LAT = st.floats(min_value=0, max_value=60, exclude_max=True)


@pytest.mark.parametrize(
    ("city", "lon", "lat", "sheet"),
    [
        # 44 - 43.25 = 0.75° = 45′: second row; 76.93 - 72 = 4.93: fifth column; 6 + 5.
        ("Almaty", 76.93, 43.25, "K-43-XI"),
        # 52 - 51.13 = 52.2′: second row; 71.43 - 66 = 5.43: sixth column; 6 + 6.
        ("Astana", 71.43, 51.13, "M-42-XII"),
        # 44 - 42.87 = 67.8′: second row; 74.59 - 72: third column; 6 + 3.
        ("Bishkek", 74.59, 42.87, "K-43-IX"),
        # 40 - 38.56 = 86.4′: third row; 68.78 - 66: third column; 12 + 3.
        ("Dushanbe", 68.78, 38.56, "J-42-XV"),
        # 40 - 37.95 = 123′: fourth row; 58.38 - 54: fifth column; 18 + 5.
        ("Ashgabat", 58.38, 37.95, "J-40-XXIII"),
        # 44 - 41.31 = 161.4′: fifth row; 69.28 - 66: fourth column; 24 + 4.
        ("Tashkent", 69.28, 41.31, "K-42-XXVIII"),
    ],
)
def test_the_capitals_and_almaty_lie_on_the_sheets_counted_by_hand(
    city, lon, lat, sheet
):
    assert sheet_200k(lon, lat) == sheet


def test_a_sheet_of_the_sixth_row_has_the_bounds_counted_by_hand():
    # M is 48-52°, zone 42 is 66-72°; XXXII = 30 + 2: sixth row, second column.
    bounds = sheet_bounds("M-42-XXXII")
    assert (bounds.west, bounds.south, bounds.east) == (67, 48, 68)
    assert bounds.north == pytest.approx(48 + 40 / 60)


@pytest.mark.parametrize(
    ("lon", "lat", "sheet"),
    [
        (0, 0, "A-31"),
        (-180, 0, "A-1"),
        (-0.001, 3.999, "A-30"),
        (179.999, 59.999, "O-60"),
        (72, 44, "L-43"),
    ],
)
def test_bands_count_from_the_equator_and_zones_from_the_date_line(lon, lat, sheet):
    assert sheet_200k(lon, lat).rpartition("-")[0] == sheet


def test_a_place_on_an_edge_belongs_to_the_sheet_north_and_east_of_it():
    assert sheet_200k(77.0, 43.0) == "K-43-XII"
    assert sheet_200k(76.5, 43 + 1 / 3) == "K-43-V"
    assert sheet_200k(72.0, 44.0) == "L-43-XXXI"


@given(lon=LON, lat=LAT)
def test_a_place_lies_in_the_bounds_of_its_sheet(lon, lat):
    bounds = sheet_bounds(sheet_200k(lon, lat))
    assert bounds.west <= lon < bounds.east
    assert bounds.south - 1e-12 <= lat <= bounds.north + 1e-12


def test_every_sheet_of_the_region_is_named_as_its_corner_and_its_middle():
    for column in range(46, 88):
        for row in range(int(34 * 1.5), int(56 * 1.5)):
            south_west = sheet_200k(float(column), row / 1.5)
            assert south_west == sheet_200k(column + 0.5, (row + 0.5) / 1.5)
            bounds = sheet_bounds(south_west)
            assert (bounds.west, bounds.south) == (column, row / 1.5)


def test_the_36_sheets_tile_their_big_sheet():
    big = sheet_bounds("K-43")
    names = sheets_200k(big)
    assert len(set(names)) == 36
    assert names[0] == "K-43-I"
    assert names[-1] == "K-43-XXXVI"
    tiles = [_box(sheet_bounds(name)) for name in names]
    assert shapely.union_all(tiles).equals(_box(big))
    assert sum(tile.area for tile in tiles) == pytest.approx(24)


def test_an_area_that_only_touches_an_edge_does_not_lie_on_the_next_sheet():
    assert sheets_200k(sheet_bounds("K-43-XI")) == ("K-43-XI",)


def test_an_area_across_a_corner_lies_on_four_sheets_read_from_the_north_west():
    # 43°20′ N, 78° E is where K-43-VI, K-44-I, K-43-XII and K-44-VII meet.
    around = shapely.Point(78, 43 + 1 / 3).buffer(0.1)
    assert sheets_200k(around) == ("K-43-VI", "K-44-I", "K-43-XII", "K-44-VII")


def test_a_slanting_area_lies_only_on_the_sheets_it_reaches():
    # South-eastern half of a square of two by two sheets: the north-western is free.
    half = shapely.Polygon([(72.2, 42.1), (73.9, 42.1), (73.9, 43.2)])
    assert sheets_200k(half) == ("K-43-VIII", "K-43-XIII", "K-43-XIV")


def test_a_point_lies_on_one_sheet_even_on_an_edge():
    assert sheets_200k(shapely.Point(77.0, 43.0)) == ("K-43-XII",)


def test_an_empty_area_lies_on_no_sheet():
    assert sheets_200k(shapely.Polygon()) == ()


@given(
    west=st.floats(46, 80),
    south=st.floats(34, 50),
    width=st.floats(0.01, 4),
    height=st.floats(0.01, 4),
)
def test_the_sheets_of_an_area_cover_it(west, south, width, height):
    area = shapely.box(west, south, west + width, south + height)
    cover = shapely.union_all([_box(sheet_bounds(name)) for name in sheets_200k(area)])
    assert area.difference(cover).area <= 1e-6


@pytest.mark.parametrize(
    ("lon", "lat"), [(180, 10), (10, 60), (10, -1), (math.nan, 10), (10, math.inf)]
)
def test_a_place_without_a_sheet_name_is_refused(lon, lat):
    with pytest.raises(ValueError, match="expected degrees"):
        sheet_200k(lon, lat)


def test_numpy_numbers_are_places_too():
    assert sheet_200k(np.float64(76.93), np.float64(43.25)) == "K-43-XI"


def _box(bounds: Bounds) -> shapely.Polygon:
    return shapely.box(bounds.west, bounds.south, bounds.east, bounds.north)
