"""Read a vector file from outside: one door, every format named and none guessed.

GDAL reads most formats, in a confined child (:mod:`geodata.readers.sandbox`).  It is
shown a private folder in which nothing lies but the files of one format, under names
of ours.
"""

import tempfile
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely
from pandas.api.types import is_numeric_dtype

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers import shapefile
from geodata.readers.before_gdal import (
    BLANK,
    require_plain,
    require_plain_geopackage,
)
from geodata.readers.checks import (
    VectorRows,
    on_the_earth,
    repaired,
    require_columns,
    require_sound,
    within_memory,
)
from geodata.readers.formats import DRIVERS, FORMATS, ZIPPED
from geodata.readers.gdal_tables import Request, one_layer, table_of
from geodata.readers.geojson import read_geojson
from geodata.readers.geoparquet import read_geoparquet
from geodata.readers.limits import DEFAULT_LIMITS, Limits, content_of
from geodata.readers.markup import (
    in_utf8,
    read_kml,
    require_plain_markup,
)
from geodata.readers.projection import WGS84, reference_from_wkt, to_wgs84
from geodata.readers.sandbox import confined
from geodata.readers.staging import geodatabase, staged
from geodata.region import Bounds

REPAIRED = "repaired"
"""Key of the table's ``attrs``: the number of polygons that were not valid."""

_LONGEST_PRJ = 100_000


@confined
def read_vector(
    path: Path,
    *,
    driver: str,
    member: str | None = None,
    layer: str | None = None,
    columns: tuple[str, ...] = (),
    window: Bounds | None = None,
    crs: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> geopandas.GeoDataFrame:
    """Return the rows of a vector file in EPSG:4326.

    Parameters
    ----------
    path : Path
        The file; the folder of a ``filegdb``; the ``.shp`` of a ``shapefile``, the
        others beside it, in capital letters or not.
    driver : str
        One of :data:`geodata.readers.formats.DRIVERS`.  The file is read as this and
        as nothing else; :func:`geodata.readers.formats.driver_of` tells it by the name.
    member : str, optional
        File (``.shp``, ``.geojson``, ``.kml``) or ``.gdb`` folder in the archive,
        its name alone or with folders, matched exactly; without it, the only one
        with the suffix of the format, in capital letters or not.
    layer : str, optional
        Table of a format that has several; of KML, whose tables are folders, all are
        read without it.
    columns : tuple of str
        Required columns, spelt exactly so.
    window : Bounds, optional
        Only rows whose box meets this one are returned; rows without geometry are
        not.
    crs : str, optional
        Reference system, ``EPSG:n``, of a file that cannot name one (DXF).
    limits : Limits
        The most that is read.

    Returns
    -------
    GeoDataFrame
        Two-dimensional geometries, longitude first, polygons valid (see
        :data:`REPAIRED`).  Rows keep the order of the file; one without geometry
        has None.  Dates are text.

    Raises
    ------
    UnsafeFileError
        If the file is hostile, lies about itself, has a coordinate that is not
        finite, or is beyond the limits; nothing of it was used.
    LayerFormatError
        If it is of another format, lacks columns or a reference system, or lies off
        the Earth.
    ValueError
        If the driver is none of ours.
    """
    wanted = Request(name=path.name, layer=layer, window=window, crs=crs, limits=limits)
    with within_memory(path.name):
        rows = read_rows(path, driver=driver, member=member, wanted=wanted)
        require_columns(rows.columns, columns, path.name)
        return _table(rows, window, limits)


@confined
def read_geodatabase_table(
    path: Path,
    layer: str,
    *,
    member: str | None = None,
    columns: tuple[str, ...] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> pd.DataFrame:
    """Return one table of a file geodatabase without its geometry, if it has one.

    Parameters
    ----------
    path : Path
        The ``.gdb`` folder, or a zip archive that holds it.
    layer : str
        Name of the table.
    member : str, optional
        Name of the folder inside the archive; without it, the only ``.gdb``.
    columns : tuple of str
        Required columns.

    Raises
    ------
    UnsafeFileError, LayerFormatError
        As for :func:`read_vector`.
    """
    wanted = Request(name=path.name, layer=layer, window=None, crs=None, limits=limits)
    with (
        within_memory(path.name),
        tempfile.TemporaryDirectory(prefix="atlas-") as private,
        geodatabase(path, limits, member=member, private=Path(private)) as folder,
    ):
        one_layer(folder, FORMATS["filegdb"], wanted, spatial=False)
        table = table_of(
            folder, layer, FORMATS["filegdb"], wanted, geometry=False
        ).columns
    require_columns(table, columns, f"'{layer}' of {path.name}")
    return table


def read_rows(
    path: Path,
    *,
    driver: str,
    member: str | None = None,
    wanted: Request | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> VectorRows:
    """Return the rows of a file as they stand in it; for use in a confined child.

    Raises
    ------
    UnsafeFileError, LayerFormatError, ValueError
        As for :func:`read_vector`.
    """
    if driver not in DRIVERS:
        raise ValueError(f"'{driver}' is none of {', '.join(DRIVERS)}.")
    wanted = wanted or Request(
        name=path.name, layer=None, window=None, crs=None, limits=limits
    )
    name = ZIPPED.get(driver, driver)
    try:
        with staged(path, name, driver in ZIPPED, member, wanted.limits) as file:
            return _rows(file, name, wanted)
    except OSError as error:
        raise LayerFormatError(f"{path} cannot be opened ({error}).") from error
    except shapely.errors.ShapelyError as error:
        raise UnsafeFileError(
            f"A geometry of {path.name} cannot be built ({error}). It is not used."
        ) from error


def _rows(file: Path, name: str, wanted: Request) -> VectorRows:
    known, limits = FORMATS[name], wanted.limits
    if file.is_file():
        require_plain(file, name, wanted.name)
    match name:
        case "geojson" | "geojson-lines":
            content = content_of(file, limits, name=wanted.name)
            return read_geojson(content, limits, lines=name != "geojson")
        case "geoparquet":
            return read_geoparquet(file, wanted.name, limits)
        case "shapefile":
            return _shapefile(file, wanted)
        case "wfs" | "kml":
            content = content_of(file, limits, name=wanted.name)
            if name == "wfs" and content.lstrip(BLANK).startswith(b"{"):
                return read_geojson(content, limits)
            roots = ("kml",) if name == "kml" else ("FeatureCollection",)
            require_plain_markup(content, roots, limits)
            if b"\0" in content[:4]:  # UTF-16, which GDAL does not know
                file.unlink()
                file.write_bytes(in_utf8(content))
    if name == "kml":
        return read_kml(file, known, wanted)
    layer = one_layer(file, known, wanted)
    if name != "geopackage":
        return table_of(file, layer, known, wanted)
    there = require_plain_geopackage(file, wanted.name, layer)
    rows = table_of(file, layer, known, wanted)
    _require_geometries(rows, there, wanted)
    return rows


def _shapefile(file: Path, wanted: Request) -> VectorRows:
    there = shapefile.require_whole(file, wanted.name, wanted.limits)
    with file.with_suffix(".prj").open("rb") as stream:
        text = stream.read(_LONGEST_PRJ).decode("utf-8", "replace")
    crs = reference_from_wkt(text)  # before GDAL looks at it
    own = shapefile.cells_of(file, wanted.name, wanted.limits)
    rows = table_of(file, "data", FORMATS["shapefile"], wanted, own=own)
    if not np.array_equal(~shapely.is_missing(rows.geometries), there):
        raise UnsafeFileError(
            f"{wanted.name} has {int(there.sum()):,} shapes in {len(there):,} rows; "
            f"{int((~shapely.is_missing(rows.geometries)).sum()):,} in "
            f"{len(rows.geometries):,} could be read. The file is damaged; fetch it "
            "again."
        )
    return VectorRows(
        columns=_decoded(rows.columns, file), geometries=rows.geometries, crs=crs
    )


def _decoded(table: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Return a table whose texts and names are no longer read as Latin-1."""
    words = table[[name for name in table if not is_numeric_dtype(table[name])]]
    texts = {text for name in words for text in words[name] if isinstance(text, str)}
    encoding = shapefile.encoding_of(file, [*texts, *map(str, table.columns)])

    def decode(text: str) -> str:
        return text.encode("latin-1").decode(encoding, "replace").strip(" \0\t\r\n")

    meant = {text: decode(text) or None for text in texts}
    for name in words:
        table[name] = [meant.get(cell, cell) for cell in words[name]]
        table[name] = table[name].astype(object)
    return table.rename(columns=decode)


def _require_geometries(rows: VectorRows, there: int, wanted: Request) -> None:
    read = int((~shapely.is_missing(rows.geometries)).sum())
    if wanted.window is None and read != there:
        raise UnsafeFileError(
            f"{wanted.name} has {there:,} geometries; {read:,} could be read. The file "
            "is damaged; fetch it again."
        )


def _table(
    rows: VectorRows, window: Bounds | None, limits: Limits
) -> geopandas.GeoDataFrame:
    """Check, reproject, check again, repair, and cut to the window."""
    geometries = rows.geometries.copy()
    geometries[shapely.is_empty(geometries)] = None
    require_sound(geometries, limits)
    geometries = on_the_earth(to_wgs84(geometries, rows.crs))
    geometries, count = repaired(geometries, limits)
    table = geopandas.GeoDataFrame(
        rows.columns.reset_index(drop=True), geometry=geometries, crs=WGS84
    )
    if window is not None:
        west, south, east, north = shapely.bounds(geometries).T
        # A comparison with the NaN of a row without geometry is false.
        meets = (west <= window.east) & (east >= window.west)
        meets &= (south <= window.north) & (north >= window.south)
        table = table[np.asarray(meets)].reset_index(drop=True)
    table.attrs[REPAIRED] = count
    return table
