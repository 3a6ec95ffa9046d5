"""Read a vector file from outside: one door, every format named and none guessed."""

from pathlib import Path

import geopandas
import numpy as np
import shapely

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.archive import (
    archive_members,
    find_member,
    read_archive_member,
    unpacked,
)
from geodata.readers.geodatabase import read_geodatabase
from geodata.readers.geojson import read_geojson
from geodata.readers.geopackage import read_geopackage
from geodata.readers.gml import read_gml
from geodata.readers.kml import read_kml
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.projection import WGS84, to_wgs84
from geodata.readers.quoting import quoted
from geodata.readers.shapefile_set import SIDE_FILES, read_shapefile
from geodata.readers.soundness import (
    VectorRows,
    on_the_earth,
    repaired,
    require_columns,
    require_sound,
    within_memory,
)
from geodata.region import Bounds

DRIVERS = (
    "shapefile",
    "shapefile-zip",
    "geojson",
    "geojson-zip",
    "geopackage",
    "filegdb",
    "filegdb-zip",
    "kml",
    "kmz",
    "wfs",
)
"""The formats we read."""

_HEAD = 4096  # bytes within which a text begins, blanks before it
_XML_STARTS = (b"<", b"\xfe\xff\0<", b"\xff\xfe<\0", b"\0<")  # the others: UTF-16

REPAIRED = "repaired"
"""Key of the table's ``attrs``: the number of polygons that were not valid."""


def read_vector(
    path: Path,
    *,
    driver: str,
    member: str | None = None,
    layer: str | None = None,
    columns: tuple[str, ...] = (),
    window: Bounds | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> geopandas.GeoDataFrame:
    """Return the rows of a vector file in EPSG:4326.

    Parameters
    ----------
    path : Path
        The file; the folder of a ``filegdb``; the ``.shp`` of a ``shapefile``, the
        others beside it.
    driver : str
        One of :data:`DRIVERS`.  The file is read as this and as nothing else.
    member : str, optional
        File (``.shp``, ``.geojson``, ``.kml``) or ``.gdb`` folder in the archive,
        its name alone or with folders, matched exactly; without it, the only one
        with the suffix of the format, in capital letters or not.
    layer : str, optional
        Table of a ``geopackage`` or ``filegdb``, folder of a ``kml`` or ``kmz``.
    columns : tuple of str
        Required columns, spelt exactly so.
    window : Bounds, optional
        Only rows whose box meets this one are returned; rows without geometry are
        not.
    limits : Limits
        The most that is read.

    Returns
    -------
    GeoDataFrame
        Two-dimensional geometries, longitude first, polygons valid (see
        :data:`REPAIRED`).  Rows keep the order of the file; one without geometry
        has None.

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
    if driver not in DRIVERS:
        raise ValueError(f"'{driver}' is none of {', '.join(DRIVERS)}.")
    try:
        with within_memory(path.name):
            rows = _rows(
                path, limits, driver=driver, member=member, layer=layer, window=window
            )
            require_columns(rows.columns, columns, path.name)
            return _table(rows, window, limits)
    except OSError as error:
        raise LayerFormatError(f"{path} cannot be opened ({error}).") from error
    except shapely.errors.ShapelyError as error:
        raise UnsafeFileError(
            f"A geometry of {path.name} cannot be built ({error}). It is not used."
        ) from error


def _rows(
    path: Path,
    limits: Limits,
    *,
    driver: str,
    member: str | None,
    layer: str | None,
    window: Bounds | None,
) -> VectorRows:
    match driver:
        case "shapefile":
            return read_shapefile(path, limits)
        case "shapefile-zip":
            return _zipped_shapefile(path, member, limits)
        case "geojson" | "geojson-zip":
            ending = member or (".json" if _ends(path, ".json") else ".geojson")
            return read_geojson(_text(path, driver, ending, limits), limits)
        case "geopackage":
            return read_geopackage(path, limits, layer=layer)
        case "filegdb" | "filegdb-zip":
            if path.is_dir() != (driver == "filegdb"):
                raise LayerFormatError(
                    f"Expected a folder for 'filegdb' and an archive for "
                    f"'filegdb-zip'; got {path.name} for '{driver}'."
                )
            return read_geodatabase(
                path, limits, layer=layer, member=member, window=window
            )
        case "kml" | "kmz":
            content = _text(path, driver, member or ".kml", limits)
            return read_kml(content, limits, folder=layer)
    content = _text(path, driver, "", limits)
    start = content[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return read_geojson(content, limits)
    if start.startswith(_XML_STARTS):
        return read_gml(content, limits)
    raise LayerFormatError(
        f"{path.name} is neither GeoJSON nor GML, the two forms in which we read the "
        f"answer of a service: expected '{{' or '<' first; it begins with "
        f"{quoted(content)}. Check the request in the catalogue."
    )


def _text(path: Path, driver: str, ending: str, limits: Limits) -> bytes:
    """Return the whole text of a file, or of the one member that ends so."""
    if driver in {"geojson-zip", "kmz"}:
        names = archive_members(path, limits)
        return read_archive_member(
            path, find_member(path, names, ending=ending), limits
        )
    with path.open("rb") as stream:
        content = stream.read(limits.text_bytes + 1)
    if len(content) > limits.text_bytes:
        raise UnsafeFileError(
            f"{path.name} has more than {limits.text_bytes:,} bytes. If the file is "
            "right, raise the limit."
        )
    return content


def _zipped_shapefile(path: Path, member: str | None, limits: Limits) -> VectorRows:
    names = archive_members(path, limits)
    main = find_member(path, names, ending=member or ".shp")
    stem = main[: -len(".shp")]
    files = [
        name
        for name in names
        if name[: len(stem)] == stem and name[len(stem) :].lower() in SIDE_FILES
    ]
    with unpacked(path, files, limits) as folder:
        return read_shapefile(folder / main.rpartition("/")[2], limits)


def _ends(path: Path, suffix: str) -> bool:
    return path.name.lower().endswith((suffix, f"{suffix}.zip"))


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
