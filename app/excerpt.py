"""What is written into an answer or a file: rows and columns of one collection."""

from dataclasses import dataclass

import numpy as np
import pyproj

from app.collection import Collection, Positions
from app.columns import Column
from app.geojson import Geometries

CRS84_URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
"""The name, not an address we call, of longitude and latitude on WGS 84."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What every answer and file says of where it comes from.

    Attributes
    ----------
    release : str
        Id of the release.
    caution : str
        What the atlas cannot tell.
    attribution, licence : str
        Whose the collection is, and on what terms.
    about : str
        Address of the page with all credits, licences and citations.
    address : str
        Address of the collection in this release.
    """

    release: str
    caution: str
    attribution: str
    licence: str
    about: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Rows and columns of a collection, in the reference system that was asked for.

    Attributes
    ----------
    collection : Collection
        Where they come from.
    rows : array of int64, shape (n,)
        Which rows, in the order in which they are written.
    columns : tuple of Column
        Which columns, in order.
    geometry : array of shapely geometries, shape (n,), or None
        Of the rows, x to the east and y to the north, in ``crs``; None = without.
    crs : pyproj.CRS
        Of the geometry.
    crs_uri : str
        Its name for OGC API.
    axes_swapped : bool
        Whether ``crs`` has its northing or latitude first, as GeoJSON then writes it.
    source : Source
        Release, caution, licence.
    """

    collection: Collection
    rows: Positions
    columns: tuple[Column, ...]
    geometry: Geometries | None
    crs: pyproj.CRS
    crs_uri: str
    axes_swapped: bool
    source: Source

    @property
    def ids(self) -> list[str]:
        """Feature ids of the rows."""
        return [self.collection.ids[row] for row in self.rows]

    @property
    def plain(self) -> bool:
        """Whether rows are written whole, as the collection keeps them encoded."""
        return (
            self.crs_uri == CRS84_URI
            and self.geometry is not None
            and self.columns == self.collection.columns
        )


def whole(collection: Collection, source: Source) -> Excerpt:
    """Return all of a collection, in longitude and latitude."""
    return of_rows(collection, collection.rows, source)


def of_rows(collection: Collection, rows: Positions, source: Source) -> Excerpt:
    """Return some rows of a collection with all columns, in longitude and latitude."""
    return Excerpt(
        collection=collection,
        rows=np.asarray(rows, dtype=np.int64),
        columns=collection.columns,
        geometry=collection.geometry[rows],
        crs=pyproj.CRS("OGC:CRS84"),
        crs_uri=CRS84_URI,
        axes_swapped=False,
        source=source,
    )
