"""Tables as we write them: Parquet with few, plain types, with places or without.

One table always gives the same bytes, whatever order its columns came in.
"""

import io
import json
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geodata.errors import LayerFormatError

Coverage = dict[str, Any]
"""A GeoJSON geometry."""

COMPRESSION = "zstd"
CRS = "EPSG:4326"
_GEO = b"geo"  # the key under which GeoParquet describes its geometry
_AREA = 2  # dimensions of a polygon
_STEP_DEG = 1e-5  # about one metre
_DECIMALS = 5
_SLACK_DEG = 1e-6  # by which a corner on the edge of the world may lie outside


def encode_table(table: pd.DataFrame) -> bytes:
    """Return a table as Parquet; the same table always gives the same bytes.

    Parameters
    ----------
    table : DataFrame
        Columns as :func:`uniform_columns` takes them; the index is not kept.

    Raises
    ------
    LayerFormatError
        If a column is of another type.
    """
    stream = io.BytesIO()
    pq.write_table(
        _arrow(table).replace_schema_metadata(None), stream, compression=COMPRESSION
    )
    return stream.getvalue()


def decode_table(content: bytes, layer: str) -> pd.DataFrame:
    """Read what :func:`encode_table` wrote; ``layer`` is its id, for messages.

    Returns
    -------
    DataFrame
        Columns sorted by name; what is missing is NaN or None: ask with ``isna``.

    Raises
    ------
    LayerFormatError
        If the bytes are not Parquet, or hold places.
    """
    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise LayerFormatError(
            f"The data file of layer '{layer}' is not Parquet ({error}). Build the "
            "layer again."
        ) from error
    if _GEO in (table.schema.metadata or {}):
        raise LayerFormatError(
            f"Layer '{layer}' is a table of places; expected one without geometry. "
            "Read it as a vector layer."
        )
    frame: pd.DataFrame = table.to_pandas()
    return frame


def uniform_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with columns sorted by name and of plain types.

    Parameters
    ----------
    table : DataFrame
        Columns of text, whole numbers, numbers or booleans, each with missing
        values (None, NaN or NA); names are text and differ.  An infinite number
        becomes missing, and whole numbers with a gap become numbers.  A column
        in which everything is missing counts as text.

    Raises
    ------
    LayerFormatError
        If a column mixes types or holds anything else, dates and lists included.
    """
    frame: pd.DataFrame = _arrow(table).to_pandas()
    return frame


def encode_places(table: geopandas.GeoDataFrame) -> bytes:
    """Return a table as GeoParquet, geometry as WKB, nothing rounded.

    Parameters
    ----------
    table : GeoDataFrame
        CRS EPSG:4326, longitude -180 to 180; columns as
        :func:`uniform_columns` takes them; the index is not kept.  A row may lack a
        geometry (None, or empty): it stays in the table, and reads as None.

    Returns
    -------
    bytes
        Columns sorted by name, geometry last; heights of corners are dropped.

    Raises
    ------
    LayerFormatError
        If the table has no CRS or another one, a corner is no place on Earth, or
        a column is of a type we do not write.
    """
    _require_crs(table)
    shapes = shapely.force_2d(np.asarray(table.geometry, dtype=object))
    corners = shapely.get_coordinates(shapes)
    beyond = ~(np.abs(corners) <= np.array([180.0, 90.0]) + _SLACK_DEG).all(axis=1)
    if beyond.any():
        raise LayerFormatError(
            f"A corner of the table lies at {corners[beyond][0].tolist()}; expected "
            "longitude -180 to 180, then latitude -90 to 90. Turn the axes, shift the "
            "longitudes or drop the row."
        )
    shapes = np.where(shapely.is_empty(shapes), None, shapes)
    uniform = geopandas.GeoDataFrame(
        uniform_columns(pd.DataFrame(table.drop(columns=table.geometry.name))),
        geometry=geopandas.GeoSeries(shapes, crs=CRS),
    )
    stream = io.BytesIO()
    uniform.to_parquet(
        stream,
        index=False,
        compression=COMPRESSION,
        geometry_encoding="WKB",
        write_covering_bbox=False,
    )
    return stream.getvalue()


def decode_places(content: bytes, layer: str) -> geopandas.GeoDataFrame:
    """Read what :func:`encode_places` wrote; no GDAL takes part.

    ``layer`` is its id, for messages.

    Returns
    -------
    GeoDataFrame
        CRS EPSG:4326; columns sorted by name, geometry last.  What is missing is
        NaN or None: ask with ``isna``; a row without geometry has None.

    Raises
    ------
    LayerFormatError
        If the bytes are not such a GeoParquet file.
    """
    try:
        table = geopandas.read_parquet(io.BytesIO(content))
    except (pa.ArrowException, ValueError, OSError, KeyError, TypeError) as error:
        raise LayerFormatError(
            f"The data file of layer '{layer}' is not GeoParquet ({error}). Expected a "
            "table of places; build the layer again."
        ) from error
    _require_crs(table)
    return table


def rounded(table: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return a table with geometries to 5 decimals of a degree, about one metre.

    Parameters
    ----------
    table : GeoDataFrame
        CRS EPSG:4326.  No geometry may be missing or empty.

    Returns
    -------
    GeoDataFrame
        Outer rings counter-clockwise; polygons stay valid, and a part of one that is
        narrower than the step disappears.

    Raises
    ------
    LayerFormatError
        If the table has no CRS or another one, or a geometry is missing, empty
        or vanishes when rounded.
    """
    _require_crs(table)
    return table.set_geometry(
        geopandas.GeoSeries(
            [_rounded(shape, row) for row, shape in enumerate(table.geometry)],
            index=table.index,
            crs=CRS,
        )
    )


def coverage_record(coverage: BaseGeometry | None) -> Coverage | None:
    """Return a coverage as it stands in a record; None stays None.

    It is a GeoJSON geometry with 3 decimals, about 100 m.
    """
    if coverage is None:
        return None
    small = shapely.normalize(shapely.set_precision(shapely.force_2d(coverage), 1e-3))
    geometry: Coverage = json.loads(json.dumps(mapping(_to_decimals(small, 3))))
    return geometry


def _require_crs(table: geopandas.GeoDataFrame) -> None:
    if table.crs is None or table.crs != CRS:
        raise LayerFormatError(
            f"A vector layer must have the CRS {CRS}; this table has {table.crs}. "
            "Set or transform it first."
        )


def _rounded(geometry: BaseGeometry | None, index: int) -> BaseGeometry:
    if geometry is None or geometry.is_empty:
        raise LayerFormatError(
            f"Row {index} of the table has no geometry. Every row of a vector layer "
            "needs one; drop the row or write a table."
        )
    geometry = shapely.force_2d(geometry)
    if shapely.get_dimensions(geometry) == _AREA:
        # One first corner and one sense of turn, whatever the history of a ring.
        small = shapely.normalize(shapely.set_precision(geometry, _STEP_DEG))
        vanished = small.is_empty
    else:
        # Corner by corner, because the direction of a line carries meaning.
        small = shapely.remove_repeated_points(
            shapely.set_precision(geometry, _STEP_DEG, mode="pointwise")
        )
        vanished = shapely.get_dimensions(geometry) > 0 and small.length == 0.0
    if vanished:
        raise LayerFormatError(
            f"The geometry of row {index} is smaller than {_STEP_DEG} degrees and "
            "vanishes when rounded; drop the row."
        )
    return _to_decimals(small, _DECIMALS)


def _to_decimals(geometry: BaseGeometry, decimals: int) -> BaseGeometry:
    """Write corners with so many decimals, outer rings counter-clockwise."""
    turned: BaseGeometry = shapely.transform(
        shapely.orient_polygons(geometry),
        lambda corners: np.round(corners, decimals) + 0.0,  # no negative zero
    )
    return turned


def _arrow(table: pd.DataFrame) -> pa.Table:
    names = list(table.columns)
    if not all(isinstance(name, str) for name in names) or len({*names}) < len(names):
        raise LayerFormatError(
            f"The columns of a table need names of text that differ; these are "
            f"{names}. Rename them."
        )
    return pa.table({name: _column(table[name]) for name in sorted(names)})


def _column(values: pd.Series) -> pa.Array:
    plain = values.astype(object) if values.dtype == "category" else values
    try:
        array = pa.array(plain, from_pandas=True)
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        kind = array.type
        if pa.types.is_boolean(kind):
            return array
        if pa.types.is_integer(kind):
            return array.cast(pa.float64()) if array.null_count else array
        if pa.types.is_floating(kind):
            numbers = array.to_numpy(zero_copy_only=False)
            return pa.array(numbers, mask=~np.isfinite(numbers))
        if pa.types.is_null(kind) or pa.types.is_string(kind):
            return array.cast(pa.string())
        if pa.types.is_large_string(kind):
            return array.cast(pa.string())
        found = str(kind)
    except (pa.ArrowException, ValueError) as error:
        found = f"a mixture ({error})"
    raise LayerFormatError(
        f"The column '{values.name}' holds {found}; expected text, numbers or "
        "booleans, one of them throughout. Turn it into one."
    )
