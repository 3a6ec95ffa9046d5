"""Positions in other reference systems, beside PROJ's own and beside the formulas."""

import math

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.crs import CRS84_URI, known_crs, make_crs, parse_crs, to_crs, to_crs84
from app.errors import BadParameterError
from geodata.region import WINDOW

GRID = make_crs(
    "https://example.org/api/crs/atlas-grid",
    "+proj=laea +lat_0=46 +lon_0=67 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs",
    title="Grid of the atlas",
)
EVERY = (*known_crs(), GRID)
lonlats = st.tuples(
    st.floats(WINDOW.west, WINDOW.east), st.floats(WINDOW.south, WINDOW.north)
).map(lambda place: (round(place[0], 6), round(place[1], 6)))


def moved(place, crs):
    return shapely.get_coordinates(to_crs(shapely.points([place]), crs))[0]


@pytest.mark.parametrize(
    "text",
    [
        "http://www.opengis.net/def/crs/EPSG/0/28413",
        "[EPSG:28413]",
        "EPSG:28413",
        "epsg:28413",
        "[EPSG:0:28413]",
    ],
)
def test_a_reference_system_is_found_by_each_of_its_names(text):
    assert parse_crs(text).epsg == 28413


def test_crs84_and_a_system_of_our_own_are_found():
    for text in (CRS84_URI, "OGC:CRS84", "[OGC:CRS84]", "[OGC:1.3:CRS84]"):
        assert parse_crs(text).uri == CRS84_URI
    assert parse_crs(GRID.uri, EVERY) is GRID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EPSG:4327",
        "4326",
        "EPSG:",
        "[EPSG:4326",
        "EPSG:4326]",
        "EPSG:٤٣٢٦",
        GRID.uri,
        "http://www.opengis.net/def/crs/EPSG/0/04326",
        "+proj=longlat",
        "x" * 500,
    ],
)
def test_an_unknown_system_is_refused_with_those_that_are_known(text):
    with pytest.raises(BadParameterError, match=r"Known are .*EPSG:28415\."):
        parse_crs(text)


def test_axes_come_in_the_order_of_the_system():
    swapped = {crs.epsg for crs in EVERY if crs.axes_swapped}
    assert swapped == {4326, *range(28408, 28416)}
    assert moved((67.0, 46.0), parse_crs("EPSG:4326")).tolist() == [46.0, 67.0]
    northing, easting = moved((75.0, 43.0), parse_crs("EPSG:28413"))
    assert (round(northing / 1e6), round(easting / 1e6, 1)) == (5, 13.5)


def test_positions_are_those_of_proj_to_a_centimetre():
    lon, lat = np.random.default_rng(7).uniform((44, 33), (90, 58), (500, 2)).T
    points = shapely.points(lon, lat)
    for crs in EVERY:
        if not crs.geographic and not crs.axes_swapped:
            theirs = pyproj.Transformer.from_crs("OGC:CRS84", crs.crs, always_xy=True)
            expected = np.column_stack(theirs.transform(lon, lat))
            ours = shapely.get_coordinates(to_crs(points, crs))
            assert np.abs(ours - expected).max() <= 0.006


def test_gauss_krueger_is_that_of_the_formulas():
    """EPSG:15865 (coordinate frame rotation) and the series of Krüger, by hand."""
    for lon, lat in ((75.0, 43.0), (76.9, 43.25), (69.3, 41.3), (51.2, 51.2)):
        zone = 11 if lon < 72 else 13
        zone = 9 if lon < 54 else zone
        crs = parse_crs(f"EPSG:284{zone:02d}")
        expected = gauss_krueger(lon, lat, zone)
        assert moved((lon, lat), crs) == pytest.approx(expected, abs=0.01)


def gauss_krueger(lon, lat, zone):
    """Return northing and easting, metres, of a place in WGS 84."""
    a, f = 6_378_137.0, 1 / 298.257223563
    e2 = f * (2 - f)
    phi, lam = math.radians(lat), math.radians(lon)
    normal = a / math.sqrt(1 - e2 * math.sin(phi) ** 2)
    position = np.array(
        [
            normal * math.cos(phi) * math.cos(lam),
            normal * math.cos(phi) * math.sin(lam),
            normal * (1 - e2) * math.sin(phi),
        ]
    )
    # Pulkovo 1942 to WGS 84 (16): 25, -141, -78.5 m; 0, -0.35, -0.736 seconds.
    ry, rz = (math.radians(angle / 3600) for angle in (-0.35, -0.736))
    rotation = np.array([[1, rz, -ry], [-rz, 1, 0], [ry, 0, 1]])
    x, y, z = np.linalg.solve(rotation, position - np.array([25, -141, -78.5]))
    a, f = 6_378_245.0, 1 / 298.3  # Krassowsky
    e2, e = f * (2 - f), math.sqrt(f * (2 - f))
    lam, across = math.atan2(y, x), math.hypot(x, y)
    phi = math.atan2(z, across * (1 - e2))
    for _ in range(10):
        normal = a / math.sqrt(1 - e2 * math.sin(phi) ** 2)
        phi = math.atan2(z + e2 * normal * math.sin(phi), across)
    n = f / (2 - f)
    arc = a / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    bends = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16,
        13 * n**2 / 48 - 3 * n**3 / 5,
        61 * n**3 / 240,
    )
    t = math.sinh(math.atanh(math.sin(phi)) - e * math.atanh(e * math.sin(phi)))
    turned = lam - math.radians(6 * zone - 3)
    xi, eta = (
        math.atan2(t, math.cos(turned)),
        math.atanh(math.sin(turned) / math.hypot(1, t)),
    )
    northing, easting = xi, eta
    for j, bend in enumerate(bends, start=1):
        northing += bend * math.sin(2 * j * xi) * math.cosh(2 * j * eta)
        easting += bend * math.cos(2 * j * xi) * math.sinh(2 * j * eta)
    return arc * northing, zone * 1e6 + 500_000 + arc * easting


@given(lonlats)
def test_there_and_back_is_the_same_place_to_a_centimetre(place):
    for crs in EVERY:
        (there,) = to_crs(shapely.points([place]), crs)
        back = to_crs84(there, crs)
        assert (back.x, back.y) == pytest.approx(place, abs=2e-7)


def test_missing_geometries_stay_and_metres_are_rounded():
    line = shapely.LineString([(70.123456, 45.1), (71, 46)])
    moved_line, nothing = to_crs(np.array([line, None]), parse_crs("EPSG:3857"))
    assert nothing is None
    x, y = moved_line.coords[0]
    assert x == round(6_378_137.0 * math.radians(70.123456), 2)
    assert y == round(y, 2)


def test_edges_of_a_projected_geometry_are_followed():
    crs = parse_crs("EPSG:32642")
    long = shapely.LineString([(0, 5_000_000), (1_000_000, 5_000_000)])
    moved_line = to_crs84(long, crs)
    assert len(moved_line.coords) > 100
    northings = shapely.get_coordinates(to_crs(np.array([moved_line]), crs))[:, 1]
    assert np.abs(northings - 5_000_000).max() <= 0.01
