"""A collection: one geometry for answers, files and index, encoded once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from app.columns import Column, columns_of, tidied
from app.geojson import Geometries, encode_features, published, type_of
from geodata.display import Display
from geodata.region import Bounds

FEATURE_ID = "^[a-z0-9-]{1,64}$"
"""What an id looks like; anything else is unknown before it is looked up."""

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Whose a collection is, and on what terms.

    Attributes
    ----------
    credit : str
        Whom to name.
    licence : str
        In the words of the publisher, or of who found none.
    citation : str
        What to cite; empty = nothing was published.
    """

    credit: str
    licence: str
    citation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One table of a release, ready to be served.

    Attributes
    ----------
    id, title, description : str
        As the API and the pages name it.
    terms : Terms
        Whose it is.
    table : GeoDataFrame
        The rows, EPSG:4326, in the order they are served: tidied, with the geometry
        that every answer, file and index has.
    geometry : array of shapely geometries, shape (n,)
        The published geometries, degrees; None where a row has no position.
    columns : tuple of Column
        What the rows hold besides their geometry.
    geometry_type : str
        The one type of all geometries, as GeoJSON names it; empty = none has a
        position.
    ids : tuple of str
        Feature ids.
    made : list of bytes or None
        Features that were encoded already, in the same order: see :meth:`features`.
    position : mapping of str to int
        Feature id → row.
    tree : shapely.STRtree
        Index over the geometries that are there.
    boxes : array of float64, shape (n, 4)
        West, south, east, north of each geometry, degrees; NaN = no position.
    bounds : Bounds or None
        Box around all geometries, degrees; None = none has a position.
    display : Display or None
        How the page draws it; None = the page knows by itself, or does not draw it.
    """

    id: str
    title: str
    description: str
    terms: Terms
    table: gpd.GeoDataFrame
    geometry: Geometries
    columns: tuple[Column, ...]
    geometry_type: str
    ids: tuple[str, ...]
    made: list[bytes | None]
    position: Mapping[str, int]
    tree: shapely.STRtree
    boxes: npt.NDArray[np.float64]
    bounds: Bounds | None
    display: Display | None = None

    @property
    def rows(self) -> Positions:
        """Every row, in order."""
        return np.arange(len(self.ids), dtype=np.int64)

    def features(self, rows: Positions) -> list[bytes]:
        """Return rows encoded as GeoJSON features; each is encoded once, when asked.

        Parameters
        ----------
        rows : array of int64
            Which, in the order in which they are returned.
        """
        wanted = rows.tolist()
        lacking = [row for row in wanted if self.made[row] is None]
        if lacking:
            ids = [self.ids[row] for row in lacking]
            new = encode_features(
                ids, self.geometry[lacking], self.table, self.columns, lacking
            )
            for row, feature in zip(lacking, new, strict=True):
                self.made[row] = feature
        return [feature for row in wanted if (feature := self.made[row]) is not None]

    def touching(self, place: shapely.Geometry) -> Positions:
        """Return the rows whose geometry touches a place, in their order.

        Parameters
        ----------
        place : shapely geometry
            One box or several, degrees, or any other area.
        """
        if place.geom_type == "Polygon":
            return self._touching(place)
        parts = [self._touching(part) for part in shapely.get_parts(place)]
        return np.unique(np.concatenate(parts))

    def _touching(self, part: shapely.Geometry) -> Positions:
        near = self.tree.query(part)
        edge = near
        whole = near[:0]
        west, south, east, north = part.bounds
        if shapely.equals_exact(
            shapely.normalize(part), shapely.normalize(shapely.box(*part.bounds))
        ):  # what lies inside a box needs no look at its outline
            inside = (self.boxes[near, :2] >= (west, south)).all(axis=1)
            inside &= (self.boxes[near, 2:] <= (east, north)).all(axis=1)
            whole, edge = near[inside], near[~inside]
        shapely.prepare(part)
        touched = edge[shapely.intersects(part, self.geometry[edge])]
        return np.sort(np.concatenate([whole, touched])).astype(np.int64)


def make_collection(
    table: gpd.GeoDataFrame,
    ids: list[str],
    *,
    name: str,
    title: str,
    description: str,
    terms: Terms,
    display: Display | None = None,
) -> Collection:
    """Make a collection of a table.

    Parameters
    ----------
    table : GeoDataFrame
        EPSG:4326.
    ids : list of str
        One a row, unique.
    name, title, description : str
        How the collection is called.
    terms : Terms
        Whose it is.
    display : Display, optional
        How the page draws it.
    """
    tidy = tidied(table)
    geometry = published(np.asarray(tidy.geometry.to_numpy(), dtype=object))
    tidy = tidy.set_geometry(gpd.GeoSeries(geometry, crs=tidy.crs, index=tidy.index))
    columns = columns_of(tidy)
    boxes = shapely.bounds(geometry)
    return Collection(
        id=name,
        title=title,
        description=description,
        terms=terms,
        table=tidy,
        geometry=geometry,
        columns=columns,
        geometry_type=type_of(geometry),
        ids=tuple(ids),
        made=[None] * len(ids),
        position={feature_id: row for row, feature_id in enumerate(ids)},
        tree=shapely.STRtree(geometry),
        boxes=boxes,
        bounds=_around(boxes),
        display=display,
    )


def unique_ids(names: list[str]) -> list[str]:
    """Turn names into ids that are safe in an address, each only once.

    >>> unique_ids(["KAZ", "a b", "a b"])
    ['kaz', 'a-b', 'a-b-2']
    """
    ids: dict[str, None] = {}
    for name in names:
        stem = re.sub("[^a-z0-9]+", "-", str(name).lower()).strip("-")[:56] or "item"
        made, count = stem, 1
        while made in ids:
            count += 1
            made = f"{stem}-{count}"
        ids[made] = None
    return list(ids)


def _around(boxes: npt.NDArray[np.float64]) -> Bounds | None:
    placed = boxes[~np.isnan(boxes[:, 0])]
    if not len(placed):
        return None
    west, south = (float(value) for value in placed[:, :2].min(axis=0))
    east, north = (float(value) for value in placed[:, 2:].max(axis=0))
    return Bounds(west=west, south=south, east=east, north=north)
