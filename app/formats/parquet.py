"""GeoParquet 1.1: columns for pandas, R, DuckDB and whatever reads Parquet."""

import io

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from app.attribute_table import GEOMETRY, attribute_table, statement, with_geometry
from app.excerpt import CRS84_URI, Excerpt
from app.formats import Format
from app.gdal_file import has_geometry

_COVERING = "bbox"
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_ROWS_A_GROUP = 10_000


def write(excerpt: Excerpt) -> bytes:
    """Write rows as GeoParquet.

    Returns
    -------
    bytes
        Release, caution and licence stand in the metadata of the file; title and unit
        in that of each column.  A table of Parquet alone when there is no geometry.
    """
    table = _with_units(attribute_table(excerpt), excerpt)
    told = {**statement(excerpt.source), "title": excerpt.collection.title}
    if has_geometry(excerpt):
        table = with_geometry(table, excerpt)
        table = table.append_column(_COVERING, _boxes(excerpt))
        told["geo"] = orjson.dumps(_geo(excerpt)).decode()
    made = io.BytesIO()
    pq.write_table(
        table.replace_schema_metadata(told),
        made,
        compression="zstd",
        row_group_size=_ROWS_A_GROUP,
    )
    return made.getvalue()


def _with_units(table: pa.Table, excerpt: Excerpt) -> pa.Table:
    """Say title and unit of each column under names that speak for themselves."""
    told = {
        column.name: {"title": column.title}
        | ({"unit": column.unit} if column.unit else {})
        for column in excerpt.columns
    }
    return table.cast(
        pa.schema([field.with_metadata(told.get(field.name)) for field in table.schema])
    )


def _boxes(excerpt: Excerpt) -> pa.Array:
    corners = shapely.bounds(excerpt.geometry)
    missing = np.isnan(corners[:, 0])
    parts = [pa.array(values, pa.float64()) for values in corners.T]
    return pa.StructArray.from_arrays(parts, names=_CORNERS, mask=pa.array(missing))


def _geo(excerpt: Excerpt) -> dict[str, object]:
    """Describe the geometry as GeoParquet 1.1 asks."""
    geometry = np.asarray(excerpt.geometry, dtype=object)
    column: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": sorted(
            {item.geom_type for item in geometry if item is not None}
        ),
        "orientation": "counterclockwise",
        "covering": {_COVERING: {corner: [_COVERING, corner] for corner in _CORNERS}},
    }
    box = shapely.total_bounds(geometry) if len(geometry) else np.array([np.nan])
    if np.isfinite(box).all():
        column["bbox"] = [float(value) for value in box]
    if excerpt.crs_uri != CRS84_URI:  # longitude and latitude need not be said
        column["crs"] = excerpt.crs.to_json_dict()
    return {
        "version": "1.1.0",
        "primary_column": GEOMETRY,
        "columns": {GEOMETRY: column},
    }


FORMAT = Format(
    name="parquet",
    title="GeoParquet",
    media_type="application/vnd.apache.parquet",
    schema={"type": "string", "format": "binary"},
    write=write,
    position=6,
    readers=None,
)
