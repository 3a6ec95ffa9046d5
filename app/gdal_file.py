"""The one place of the application that writes files with GDAL's vector drivers.

The library is loaded when the first file is asked for, not when a server starts, and
nothing of others is ever read with it.
"""

import io
from collections.abc import Mapping
from pathlib import Path

import pyproj

from app.attribute_table import GEOMETRY, attribute_table, statement, with_geometry
from app.excerpt import CRS84_URI, Excerpt


def write_file(
    excerpt: Excerpt,
    target: io.BytesIO | Path,
    *,
    driver: str,
    dataset: Mapping[str, str] | None = None,
    layer: Mapping[str, str] | None = None,
) -> None:
    """Write rows as a file of one layer, named after the collection.

    Parameters
    ----------
    excerpt : Excerpt
        What to write; without geometry it becomes a table of attributes alone.
    target : BytesIO or Path
        Where to.
    driver : str
        Short name of a GDAL driver.
    dataset, layer : mapping of str to str, optional
        Creation options of the file and of the layer.

    Notes
    -----
    Release, caution and licence stand in the metadata of the layer.  Longitude and
    latitude are written as EPSG:4326 with x to the east, as these formats do.
    """
    from pyogrio.raw import write_arrow  # noqa: PLC0415  # see above

    table = attribute_table(excerpt)
    place = {}
    if has_geometry(excerpt):
        table = with_geometry(table, excerpt)
        place = {
            "geometry_name": GEOMETRY,
            "geometry_type": excerpt.collection.geometry_type,
            "crs": crs_text(excerpt),
        }
    write_arrow(
        table,
        target,
        layer=excerpt.collection.id,
        driver=driver,
        layer_metadata=statement(excerpt.source),
        dataset_options=dict(dataset or {}),
        layer_options=dict(layer or {}),
        **place,
    )


def has_geometry(excerpt: Excerpt) -> bool:
    """Tell whether an excerpt is to be written as places, not as a bare table."""
    return excerpt.geometry is not None and bool(excerpt.collection.geometry_type)


def crs_text(excerpt: Excerpt) -> str:
    """Name the reference system of an excerpt for GDAL.

    ``EPSG:4326`` stands for longitude and latitude; a system that has no code is
    written out as WKT.
    """
    if excerpt.crs_uri == CRS84_URI:
        return "EPSG:4326"
    found = excerpt.crs.to_authority(min_confidence=100)
    known = found is not None and pyproj.CRS(":".join(found)) == excerpt.crs
    return ":".join(found) if known else str(excerpt.crs.to_wkt())
