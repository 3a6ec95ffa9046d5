"""GeoPackage 1.3: one file for QGIS, with our drawing and what columns mean."""

import io
import sqlite3
from contextlib import closing

from app.excerpt import Excerpt
from app.formats import Format
from app.gdal_file import has_geometry, write_file
from app.qgis_style import qml

_FIXED = "2000-01-01T00:00:00.000Z"
"""Stands for every time of writing: the same rows give the same bytes."""

_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT,
    f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, update_time DATETIME
)
"""
"""As QGIS makes it, which takes the default style when the layer is opened."""

_GEOMETRY = "geom"


def write(excerpt: Excerpt) -> bytes:
    """Write rows as a GeoPackage of one layer.

    Returns
    -------
    bytes
        A table of attributes alone when there is no geometry.  Release, caution and
        licence stand in the metadata of the layer.
    """
    names = {column.name.lower() for column in excerpt.columns}
    layer = {
        "GEOMETRY_NAME": _GEOMETRY,
        "FID": next(
            name for name in ("fid", "feature_fid", "_fid") if name not in names
        ),
        "IDENTIFIER": excerpt.collection.id,
        "DESCRIPTION": excerpt.collection.description,
    }
    made = io.BytesIO()
    write_file(excerpt, made, driver="GPKG", dataset={"VERSION": "1.3"}, layer=layer)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as package:
        package.deserialize(made.getvalue())
        if has_geometry(excerpt):
            _add_style(package, excerpt)
        package.execute("UPDATE gpkg_contents SET last_change = ?", (_FIXED,))
        package.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (_FIXED,))
        return package.serialize()


def _add_style(package: sqlite3.Connection, excerpt: Excerpt) -> None:
    found = excerpt.collection
    package.execute(_STYLES)
    package.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
        " f_geometry_column, styleName, styleQML, useAsDefault, description, owner,"
        " update_time) VALUES ('', '', ?, ?, ?, ?, 1, ?, '', ?)",
        (found.id, _GEOMETRY, found.title, qml(found), found.description, _FIXED),
    )


FORMAT = Format(
    name="gpkg",
    title="GeoPackage",
    media_type="application/geopackage+sqlite3",
    schema={"type": "string", "format": "binary"},
    write=write,
    position=5,
)
