"""The vector formats we read, each by name; none is guessed from what a file holds."""

from dataclasses import dataclass
from pathlib import Path

from geodata.errors import LayerFormatError


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How one format lies on disk, and who reads it.

    Attributes
    ----------
    gdal : str
        Driver of GDAL; empty when another library reads it.
    endings : tuple of str
        What names of its main file end with; the library is shown the first.
    beside : tuple of str
        Endings of the files that go with it.
    needed : tuple of str
        Those of them without which it is not whole.
    begins : tuple of bytes
        What the main file begins with, blanks and a byte order mark before it aside.
    by_window : bool
        Whether the library may leave out what lies outside a window.
    """

    gdal: str = ""
    endings: tuple[str, ...]
    beside: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    begins: tuple[bytes, ...] = ()
    by_window: bool = False


_XML = (b"<", b"\xfe\xff\0<", b"\xff\xfe<\0", b"\0<")  # the others: UTF-16

FORMATS = {
    "shapefile": Format(
        gdal="ESRI Shapefile",
        endings=(".shp",),
        beside=(".shx", ".dbf", ".prj", ".cpg"),
        needed=(".shx", ".dbf", ".prj"),
        begins=(b"\0\0\x27\x0a",),
    ),
    "geojson": Format(endings=(".geojson", ".json")),
    "geojson-lines": Format(endings=(".geojsonl", ".geojsons", ".jsonl", ".ndjson")),
    "geopackage": Format(
        gdal="GPKG",
        endings=(".gpkg",),
        begins=(b"SQLite format 3\0",),
        by_window=True,
    ),
    "filegdb": Format(gdal="OpenFileGDB", endings=(".gdb",), by_window=True),
    "flatgeobuf": Format(
        gdal="FlatGeobuf", endings=(".fgb",), begins=(b"fgb\3fgb",), by_window=True
    ),
    "geoparquet": Format(endings=(".parquet", ".geoparquet"), begins=(b"PAR1",)),
    "mapinfo": Format(
        gdal="MapInfo File",
        endings=(".tab",),
        beside=(".dat", ".map", ".id", ".ind"),
        needed=(".dat", ".map", ".id"),
        begins=(b"!table",),
    ),
    "mif": Format(
        gdal="MapInfo File",
        endings=(".mif",),
        beside=(".mid",),
        needed=(".mid",),
        begins=(b"version",),
    ),
    "kml": Format(gdal="LIBKML", endings=(".kml",), begins=_XML),
    "wfs": Format(gdal="GML", endings=(".gml", ".xml"), begins=(b"{", *_XML)),
    "dxf": Format(gdal="DXF", endings=(".dxf",), begins=(b"0", b"999")),
}
"""By the name that a recipe gives to :func:`geodata.readers.vector.read_vector`."""

ZIPPED = {f"{name}-zip": name for name in FORMATS} | {"kmz": "kml"}
"""The same in a zip archive."""

DRIVERS = (*FORMATS, *ZIPPED)


def driver_of(path: Path) -> str:
    """Return the driver that the ending of a name stands for.

    Raises
    ------
    LayerFormatError
        If it stands for none: for an archive too, which may hold anything.

    Examples
    --------
    >>> driver_of(Path("faults.TAB")), driver_of(Path("faults.shp.zip"))
    ('mapinfo', 'shapefile-zip')
    """
    *others, ending = ["", *(suffix.lower() for suffix in path.suffixes[-2:])]
    if ending == ".kmz":
        return "kmz"
    zipped = ending == ".zip"
    for name, known in FORMATS.items():
        if (others[-1] if zipped else ending) in known.endings:
            return f"{name}-zip" if zipped else name
    endings = ", ".join(one for known in FORMATS.values() for one in known.endings)
    raise LayerFormatError(
        f"The name of {path.name} does not say what it is. Expected one of {endings}, "
        ".kmz, or one of them with .zip after it; rename the file, or name its format."
    )
