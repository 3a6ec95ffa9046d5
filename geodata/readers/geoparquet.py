"""Read GeoParquet through Arrow."""

from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from geodata.errors import LayerFormatError
from geodata.readers.checks import VectorRows, require_values
from geodata.readers.limits import Limits
from geodata.readers.projection import reference_from_code, reference_from_json
from geodata.readers.quoting import quoted, reason

_FAILURES = (pa.ArrowException, orjson.JSONDecodeError, ValueError, LookupError)


def read_geoparquet(path: Path, name: str, limits: Limits) -> VectorRows:
    """Return the rows of a GeoParquet file whose geometry is well-known binary.

    Raises
    ------
    UnsafeFileError
        If the table is beyond the limits.
    LayerFormatError
        If the file is not GeoParquet.
    """
    try:
        with pq.ParquetFile(path) as file:
            about = file.metadata
            require_values(about.num_rows, about.num_columns, limits)
            known = orjson.loads((about.metadata or {})[b"geo"])
            column = str(known["primary_column"])
            crs = _reference(known["columns"][column])
            frame = file.read(use_threads=False).to_pandas(ignore_metadata=True)
    except _FAILURES as error:
        raise LayerFormatError(
            f"{name} cannot be read as GeoParquet ({reason(error)}). Fetch it again."
        ) from error
    blobs = np.array([*frame.pop(column), None], dtype=object)[:-1]
    try:
        geometries = shapely.force_2d(shapely.from_wkb(blobs))
    except (shapely.errors.ShapelyError, TypeError) as error:
        raise LayerFormatError(
            f"A geometry of {name} is not well-known binary ({reason(error)})."
        ) from error
    return VectorRows(columns=frame, geometries=np.asarray(geometries), crs=crs)


def _reference(about: dict[str, object]) -> pyproj.CRS:
    if "crs" not in about:
        return reference_from_code(4326)  # longitude first, as the format says
    match about["crs"]:
        case {"id": {"authority": "EPSG", "code": int(code)}}:
            return reference_from_code(code)
        case {"id": {"authority": "OGC", "code": "CRS84"}}:
            return reference_from_code(4326)
        case dict() as described:
            return reference_from_json(orjson.dumps(described).decode())
    raise LayerFormatError(
        f"The file names no reference system ({quoted(about['crs'])}). Expected one."
    )
