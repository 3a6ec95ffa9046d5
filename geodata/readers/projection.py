"""From the coordinate reference system a file names to EPSG:4326."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError
from pyproj.network import (  # type: ignore[attr-defined]  # documented all the same
    set_network_enabled,
)

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.quoting import quoted, reason
from geodata.region import Bounds

WGS84 = "EPSG:4326"

Geometries = npt.NDArray[np.object_]

_LONGEST_TEXT = 20_000
_MARGIN = 0.01
_START = re.compile(
    r"\s*(GEOGCS|PROJCS|COMPD_CS|GEOGCRS|GEODCRS|PROJCRS|COMPOUNDCRS|"
    r"GEOGRAPHICCRS|GEODETICCRS|PROJECTEDCRS)\s*[\[(]",
    re.IGNORECASE,
)
# What makes PROJ open a file, or run a chain of steps, by any of its dialects.
_FILES_NAMED = re.compile(
    r"EXTENSION|PARAMETERFILE|CUSTOM_PROJ4|COORDINATEOPERATION|PROJ4_GRIDS|"
    r"(init|file|model|grids|geoidgrids)\s*=|pipeline|null\s*,|://|filename",
    re.IGNORECASE,
)
_FILES_IN_BYTES = re.compile(
    rb"PROJ4_GRIDS|CUSTOM_PROJ4|EXTENSION\s*(\[|\(\s*\")|PARAMETERFILE|\"BoundCRS|"
    rb"(nadgrids|geoidgrids|[+](grids|file|model|init))\s*=|proj=pipeline",
    re.IGNORECASE,
)
# As GDAL writes it; the rest of the text says nothing besides.
_WEB_MERCATOR = (
    'EXTENSION["PROJ4","+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 '
    '+y_0=0 +k=1 +units=m +nadgrids=@null +wktext +no_defs"]'
)
_REGISTERED = re.compile(r"(EPSG|ESRI):(\d{4,6})")
_SCHEMA = re.compile(r'"\$schema":"[^"]*",?')
_CRS84 = re.compile(r".*\bOGC[:/]+(1\.3[:/])?CRS84", re.IGNORECASE)
_SHORT = re.compile(
    r"(?:EPSG:|http://www\.opengis\.net/gml/srs/epsg\.xml#)(\d{4,6})", re.IGNORECASE
)
_LONG = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:EPSG:[\d.]*:?|"
    r"https?://www\.opengis\.net/def/crs/EPSG/[\d.]+/)(\d{4,6})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedReference:
    """A coordinate reference system by its name.

    Attributes
    ----------
    crs : pyproj.CRS
    official_order : bool
        True when the name promises the axes in the order of the authority, which
        for EPSG:4326 is latitude first; False when the first is always eastward.
    """

    crs: pyproj.CRS
    official_order: bool

    @property
    def north_first(self) -> bool:
        """True when the first number of a position runs northward."""
        return self.official_order and self.crs.axis_info[0].direction == "north"


def reference_from_wkt(text: str) -> pyproj.CRS:
    """Return the coordinate reference system of a ``.prj`` text.

    Parameters
    ----------
    text : str
        Well-known text of a geographic, projected or compound system, of any
        dialect.  Nothing else is understood here: PROJ strings and texts that name
        files could make PROJ read them.

    Raises
    ------
    UnsafeFileError
        If the text is overlong, or names files for PROJ to read.
    LayerFormatError
        If it is not well-known text of a system on the Earth.
    """
    text = text.strip().strip("\ufeff\0").strip()
    if _WEB_MERCATOR in text:
        return reference_from_code(3857)
    require_no_files(text)
    if not _START.match(text):
        raise LayerFormatError(
            "Expected the coordinate reference system as well-known text (GEOGCS, "
            f"PROJCS and such); found {quoted(text)}. Look at the file's .prj."
        )
    try:
        crs = _without_files(pyproj.CRS.from_wkt(text))
        code = crs.to_epsg(min_confidence=90)
        # A text without codes may lack the datum shift that the register knows.
        return pyproj.CRS.from_epsg(code) if code else crs
    except CRSError as error:
        raise LayerFormatError(
            f"The coordinate reference system cannot be understood ({reason(error)})."
        ) from error


def require_no_files(text: str) -> None:
    """Refuse the text of a reference system that PROJ must not see.

    Formats that carry such a text are looked at before GDAL opens them, for GDAL
    hands it to PROJ at once.

    Raises
    ------
    UnsafeFileError
        If the text is overlong, or names files for PROJ to read.
    """
    if len(text) > _LONGEST_TEXT or _FILES_NAMED.search(
        text.replace(_WEB_MERCATOR, "")
    ):
        raise UnsafeFileError(
            "The text of the coordinate reference system is overlong or names files "
            f"to read: {quoted(text)}. Expected plain well-known text."
        )


def require_no_files_in_bytes(content: bytes, name: str) -> None:
    """Refuse bytes in which a text like that of :func:`require_no_files` stands.

    For formats whose reference system lies among other bytes.

    Raises
    ------
    UnsafeFileError
        If there is one.
    """
    plain = content.replace(b"\0", b"").replace(_WEB_MERCATOR.encode(), b"")
    if found := _FILES_IN_BYTES.search(plain):
        raise UnsafeFileError(
            f"The coordinate reference system of {name} names files to read: "
            f"{quoted(found[0])}. Expected a plain one; the file is not used."
        )


def reference_from_json(text: str) -> pyproj.CRS:
    """Return the system that a PROJJSON text describes.

    Raises
    ------
    UnsafeFileError, LayerFormatError
        As for :func:`reference_from_wkt`.
    """
    if len(text) > _LONGEST_TEXT or _FILES_NAMED.search(_SCHEMA.sub("", text)):
        raise UnsafeFileError(
            "The text of the coordinate reference system is overlong or names files "
            f"to read: {quoted(text)}. Expected a plain description."
        )
    try:
        return _without_files(pyproj.CRS.from_json(text))
    except CRSError as error:
        raise LayerFormatError(
            f"The coordinate reference system cannot be understood ({reason(error)})."
        ) from error


def _without_files(crs: pyproj.CRS) -> pyproj.CRS:
    """Return a system; of one with a datum shift by a file, the system without."""
    shift = crs.coordinate_operation if crs.is_bound else None
    if shift is not None and any(isinstance(one.value, str) for one in shift.params):
        return crs.source_crs or crs
    return crs


def reference_from_text(text: str) -> pyproj.CRS:
    """Return the system that GDAL names: ``EPSG:n``, ``ESRI:n`` or well-known text.

    Raises
    ------
    UnsafeFileError, LayerFormatError
        As for :func:`reference_from_wkt`.
    """
    if match := _REGISTERED.fullmatch(text):
        try:
            return pyproj.CRS.from_authority(match[1], match[2])
        except CRSError as error:
            raise LayerFormatError(
                f"There is no system {text} ({reason(error)})."
            ) from error
    return reference_from_wkt(text)


def reference_from_name(name: str) -> NamedReference:
    """Return the coordinate reference system that a GeoJSON or GML file names.

    Raises
    ------
    LayerFormatError
        If the name is not CRS84 or one of the usual ways to write an EPSG code.
    """
    name = name.strip()
    if _CRS84.fullmatch(name):
        return NamedReference(crs=reference_from_code(4326), official_order=False)
    for pattern, official in ((_SHORT, False), (_LONG, True)):
        if match := pattern.fullmatch(name):
            crs = reference_from_code(int(match[1]))
            return NamedReference(crs=crs, official_order=official)
    raise LayerFormatError(
        f"Expected the coordinate reference system as CRS84 or an EPSG code; found "
        f"{quoted(name)}."
    )


def reference_from_code(code: int) -> pyproj.CRS:
    """Return a system of the EPSG register.

    Raises
    ------
    LayerFormatError
        If the register has no such code.
    """
    try:
        return pyproj.CRS.from_epsg(code)
    except CRSError as error:
        raise LayerFormatError(
            f"The EPSG register has no coordinate reference system {code}."
        ) from error


def box_in(crs: pyproj.CRS, window: Bounds) -> tuple[float, float, float, float]:
    """Return a box in the units of ``crs`` that holds a window of degrees.

    Parameters
    ----------
    crs : pyproj.CRS
    window : Bounds

    Raises
    ------
    LayerFormatError
        If the window has no place in this system.
    """
    set_network_enabled(active=False)
    try:
        transformer = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)
        box = transformer.transform_bounds(
            window.west, window.south, window.east, window.north, densify_pts=101
        )
    except ProjError as error:
        raise LayerFormatError(
            f"The window {window} has no place in {quoted(crs.name)} ({reason(error)})."
        ) from error
    left, bottom, right, top = box
    # The curved sides of the window reach a little beyond the points tried.
    across, up = (right - left) * _MARGIN, (top - bottom) * _MARGIN
    return left - across, bottom - up, right + across, top + up


def to_wgs84(geometries: Geometries, crs: pyproj.CRS) -> Geometries:
    """Return geometries in EPSG:4326, longitude first.

    Parameters
    ----------
    geometries : array of shapely geometry or None
        In the units of ``crs``, the eastward axis first.
    crs : pyproj.CRS
        Grids for datum shifts are used when PROJ has them here; none is fetched.

    Raises
    ------
    LayerFormatError
        If PROJ knows no way from this system to EPSG:4326.
    """
    plane = crs.sub_crs_list[0] if crs.is_compound else crs
    if plane.equals(WGS84, ignore_axis_order=True):
        return geometries
    # An environment variable could have allowed PROJ to ask a server for grids.
    set_network_enabled(active=False)
    try:
        transformer = pyproj.Transformer.from_crs(plane, WGS84, always_xy=True)
    except ProjError as error:
        raise LayerFormatError(
            f"There is no way from {quoted(crs.name)} to {WGS84} ({reason(error)})."
        ) from error

    def moved(positions: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(transformer.transform(positions[:, 0], positions[:, 1]))

    result: Geometries = shapely.transform(geometries, moved)
    return result
