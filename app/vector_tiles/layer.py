"""One collection, ready to be cut into vector tiles."""

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from app.collection import Collection
from app.columns import Column
from app.geojson import Geometries
from app.vector_tiles.shapes import EXTENT, Raster, draw
from app.vector_tiles.values import encode_values
from app.vector_tiles.varints import field, pack, varint

MAX_ZOOM = 10
"""Deepest zoom; a unit there is 10 m, finer than any layer.  Clients enlarge it."""

MOST_COLUMNS = 24
"""Attributes of a feature in a tile; whole features are at their own address."""

MOST_FEATURES = 4_000
"""Features of a tile; where there are more, the largest are shown."""

_BUFFER = 64  # units beyond the edge, so that outlines do not show it
_SIMPLEST = 4  # units by which a simplified line may leave the true one
_MAX_LAT = 85.051128  # degrees; where Web Mercator ends
_VERSION = 2


def tile_columns(found: Collection) -> tuple[Column, ...]:
    """Return the columns that tiles carry, beside the id."""
    return found.columns[:MOST_COLUMNS]


@dataclass(frozen=True, slots=True)
class _Zoomed:
    """Simplified geometries of those rows that have one, and their index."""

    geometry: Geometries
    tree: shapely.STRtree


class TileLayer:
    """A collection in the plane of Web Mercator, simplified once for each zoom.

    Parameters
    ----------
    found : Collection
        One with positions.
    """

    def __init__(self, found: Collection) -> None:
        self.name = found.id
        self._rows = np.flatnonzero(~shapely.is_missing(found.geometry))
        self._world = shapely.transform(found.geometry[self._rows], to_world)
        self._values = encode_values(found, tile_columns(found))
        sizes = shapely.area(self._world) + shapely.length(self._world)
        self._order = np.argsort(np.argsort(-sizes, kind="stable"))
        self._zoomed: dict[int, _Zoomed] = {}
        self._lock = threading.Lock()

    def touches(self, zoom: int, column: int, row: int) -> bool:
        """Tell whether anything lies in a tile."""
        near = self._at(zoom).tree.query(_box(zoom, column, row, 0), "intersects")
        return bool(len(near))

    def tile(self, zoom: int, column: int, row: int) -> bytes:
        """Encode one tile.

        Parameters
        ----------
        zoom : int
            0 to :data:`MAX_ZOOM`.
        column, row : int
            Eastward and southward, 0 to 2**zoom − 1.

        Returns
        -------
        bytes
            A vector tile (version 2.1) of one layer; empty when nothing lies there
            that is large enough to be drawn.
        """
        zoomed = self._at(zoom)
        box = _box(zoom, column, row, _BUFFER)
        near = np.sort(zoomed.tree.query(box, "intersects"))
        if len(near) > MOST_FEATURES:
            near = np.sort(near[np.argsort(self._order[near])[:MOST_FEATURES]])
        clipped = shapely.clip_by_rect(zoomed.geometry[near], *box.bounds)
        raster = Raster(EXTENT * 2.0**zoom, column * EXTENT, row * EXTENT)
        drawn = draw(clipped, raster)
        if not len(drawn.features):
            return b""
        rows = self._rows[near[drawn.features]]
        tags = self._values.tags(rows)
        told = tags.packed.parts(tags.starts)
        shapes = pack(drawn.commands).parts(drawn.starts)
        kind = varint(3 << 3) + varint(drawn.kind)
        parts = [field(1, self.name.encode())]
        for feature, pairs, shape in zip(rows.tolist(), told, shapes, strict=True):
            number = b"\x08" + varint(feature + 1)
            body = number + field(2, pairs) + kind + field(4, shape)
            parts.append(field(2, body))
        parts += [tags.tables, varint(5 << 3), varint(EXTENT)]
        parts += [varint(15 << 3), varint(_VERSION)]
        return field(3, b"".join(parts))

    def _at(self, zoom: int) -> _Zoomed:
        with self._lock:
            if zoom not in self._zoomed:
                geometry = self._world
                if zoom < MAX_ZOOM:
                    tolerance = _SIMPLEST / (EXTENT * 2.0**zoom)
                    geometry = shapely.simplify(geometry, tolerance)
                self._zoomed[zoom] = _Zoomed(geometry, shapely.STRtree(geometry))
            return self._zoomed[zoom]


def to_world(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Turn longitudes and latitudes into the plane of Web Mercator.

    Parameters
    ----------
    places : array of float64, shape (n, 2)
        Degrees.

    Returns
    -------
    array of float64, shape (n, 2)
        0 to 1 from west to east and from north to south.
    """
    lat = np.radians(np.clip(places[:, 1], -_MAX_LAT, _MAX_LAT))
    x = (places[:, 0] + 180.0) / 360.0
    return np.stack([x, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)], axis=1)


def _box(zoom: int, column: int, row: int, buffer: int) -> shapely.Polygon:
    beyond, tiles = buffer / EXTENT, 2.0**zoom
    return shapely.box(
        (column - beyond) / tiles,
        (row - beyond) / tiles,
        (column + 1 + beyond) / tiles,
        (row + 1 + beyond) / tiles,
    )
