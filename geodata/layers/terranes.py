"""Terranes and the lines between them, from Zahirovic et al. (2022)."""

from collections.abc import Iterator
from itertools import chain

import geopandas
import pandas as pd
import shapely

from geodata.errors import LayerFormatError
from geodata.layers.product import Members, VectorProduct, clipped, window_polygon
from geodata.layers.formats.shapefile import read_attributes, read_polygons
from geodata.layers.vector_file import CRS

_FOLDER = "pybacktrack/bundle_data/reconstruction/Z22/"
POLYGONS = _FOLDER + "static_polygons.shp"
ATTRIBUTES = _FOLDER + "static_polygons.dbf"

TOUCH_DEG = 0.005
"""Neighbours that share no line but are nearer than this (about 0.5 km) meet all the
same.  In the window the source tiles the ground exactly: shared lines are all there
is (585.6 degrees of them, half the sum of the perimeters), and none needs this."""

_SHORTEST_DEG = 0.03  # nearness over less, about 3 km, is a corner, not a border
_SIDE_STEP_DEG = 1e-4
_EACH_SIDE_DEG = 2.0  # read beyond the window, so that its edge is no border
_COLUMNS = ("NAME", "PLATEID1", "FROMAGE", "TOAGE")
_NAME_CODE = "_"


def build_terranes(members: Members) -> VectorProduct:
    """Return the terranes of the window.

    Returns
    -------
    VectorProduct
        Columns ``name``, ``plate_id``, ``from_ma`` and ``to_ma`` (millions of
        years before present; 0 = today).  Polygons of one name, plate and time
        are one row.  Coverage is their union.
    """
    window = window_polygon()
    table = _dissolved(members)
    table = table.set_geometry([clipped(part, window) for part in table.geometry])
    table = table[~table.geometry.is_empty].reset_index(drop=True)
    return VectorProduct(
        table=table, coverage=shapely.union_all(table.geometry.to_numpy())
    )


def build_terrane_boundaries(members: Members) -> VectorProduct:
    """Return the lines where two terranes of different name meet.

    Returns
    -------
    VectorProduct
        Columns ``left``, ``right`` (terrane on that side when walking along the
        line) and ``name`` ("Left | Right").  The edge of the window and the outer
        edge of the terranes are no boundaries.  Coverage as the terranes'.
    """
    by_name = _dissolved(members).dissolve(by="name", sort=True)
    names = [str(name) for name in by_name.index]
    shapes = list(by_name.geometry)
    rows = sorted(
        chain.from_iterable(
            _between(names[one], shapes[one], names[other], shapes[other])
            for one, other in _neighbours(shapes)
        ),
        key=lambda row: (row[0], row[1], row[2].bounds),
    )
    table = geopandas.GeoDataFrame(
        {
            "left": [left for left, _, _ in rows],
            "right": [right for _, right, _ in rows],
            "name": [f"{left} | {right}" for left, right, _ in rows],
        },
        geometry=[line for _, _, line in rows],
        crs=CRS,
    )
    return VectorProduct(table=table, coverage=build_terranes(members).coverage)


def _dissolved(members: Members) -> geopandas.GeoDataFrame:
    shapes = read_polygons(members[POLYGONS])
    records = read_attributes(members[ATTRIBUTES])
    if len(shapes) != len(records) or not set(_COLUMNS) <= set(records[0]):
        raise LayerFormatError(
            f"Expected one attribute row per polygon with {', '.join(_COLUMNS)}; found "
            f"{len(shapes)} polygons and {len(records)} rows with "
            f"{', '.join(records[0])}. Check the version of the package."
        )
    frame = pd.DataFrame(
        {
            # The source writes some names with and without underscores.
            "name": [record["NAME"].replace(_NAME_CODE, " ") for record in records],
            "plate_id": [int(float(record["PLATEID1"])) for record in records],
            "from_ma": [float(record["FROMAGE"]) for record in records],
            "to_ma": [max(float(record["TOAGE"]), 0.0) for record in records],
        }
    )
    table = geopandas.GeoDataFrame(frame, geometry=shapes, crs=CRS)
    wide = shapely.buffer(window_polygon(), _EACH_SIDE_DEG)
    table = table[table.intersects(wide)]
    keys = ["name", "plate_id", "from_ma", "to_ma"]
    return table.dissolve(by=keys, sort=True).reset_index()


def _neighbours(shapes: list[shapely.Geometry]) -> list[tuple[int, int]]:
    tree = shapely.STRtree(shapes)
    pairs = tree.query(shapes, predicate="dwithin", distance=TOUCH_DEG)
    return sorted((int(one), int(other)) for one, other in pairs.T if one < other)


def _between(
    name: str, shape: shapely.Geometry, other_name: str, other: shapely.Geometry
) -> Iterator[tuple[str, str, shapely.LineString]]:
    """Yield left name, right name and line for each border of two terranes."""
    edge = shapely.boundary(shape)
    shared = _lines_only(shapely.intersection(edge, shapely.boundary(other)))
    if shared.is_empty:
        near = shapely.intersection(edge, shapely.buffer(other, TOUCH_DEG))
        shared = _lines_only(near)
        if shared.length < _SHORTEST_DEG:
            return
    inside = _lines_only(shapely.intersection(shared, window_polygon()))
    for line in shapely.get_parts(shapely.line_merge(inside)):
        if shape.contains(_left_of_middle(line)):
            yield name, other_name, line
        else:
            yield other_name, name, line


def _lines_only(geometry: shapely.Geometry) -> shapely.MultiLineString:
    parts = shapely.get_parts(geometry)
    flat = list(chain.from_iterable(shapely.get_parts(part) for part in parts))
    return shapely.MultiLineString(
        [part for part in flat if part.geom_type == "LineString" and part.length > 0.0]
    )


def _left_of_middle(line: shapely.LineString) -> shapely.Point:
    """Return a point a little to the left of the middle of a line."""
    middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
    behind = shapely.line_interpolate_point(
        line, line.length / 2 - min(_SIDE_STEP_DEG, line.length / 4)
    )
    east, north = middle.x - behind.x, middle.y - behind.y
    length = (east**2 + north**2) ** 0.5
    return shapely.Point(
        middle.x - _SIDE_STEP_DEG * north / length,
        middle.y + _SIDE_STEP_DEG * east / length,
    )
