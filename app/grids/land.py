"""Which pixels of a tile lie on land of the five states."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import rasterio
import shapely

from app.grids.scan_lines import Polygons, inside
from app.grids.tile_cells import CRS_OF, SIZE, MatrixSet, TilePlace
from app.kept import BoundedCache
from geodata.release import Release

_FINE = 0.3  # pixels that an outline may be off
_KEPT_BYTES = 8_000_000  # a thousand tiles; every deposit type shares them


@dataclass(frozen=True)
class Land:
    """The states without their lakes, in the system of each tiling scheme.

    Attributes
    ----------
    release : Release
        The open release.
    """

    release: Release

    @cached_property
    def _kept(self) -> BoundedCache[TilePlace, npt.NDArray[np.uint8]]:
        return BoundedCache(_KEPT_BYTES, lambda mask: mask.nbytes)

    @cached_property
    def _parts(self) -> dict[MatrixSet, tuple[Polygons, Polygons]]:
        """States and lakes, polygon by polygon."""
        tables = [self.release.table(name) for name in ("states", "lakes")]
        found: dict[MatrixSet, tuple[Polygons, Polygons]] = {}
        for name, crs in CRS_OF.items():
            states, lakes = (
                shapely.get_parts(table.to_crs(crs).geometry.to_numpy())
                for table in tables
            )
            found[name] = (states, lakes)
        return found

    def mask(self, place: TilePlace) -> npt.NDArray[np.bool_]:
        """Return which pixels of a tile lie on land, by their middle."""
        kept = self._kept.get(place)
        if kept is None:
            kept = np.packbits(self._drawn(place))
            self._kept.put(place, kept)
        return np.unpackbits(kept).reshape(SIZE, SIZE).view(np.bool_)

    def _drawn(self, place: TilePlace) -> npt.NDArray[np.bool_]:
        west, _, east, north = place.bounds
        pixel = (east - west) / SIZE
        states, lakes = (
            shapely.simplify(_within(parts, place.bounds), pixel * _FINE)
            for parts in self._parts[place.matrix_set]
        )
        transform = rasterio.Affine(pixel, 0.0, west, 0.0, -pixel, north)
        on_land, in_lakes = (
            inside(parts, (SIZE, SIZE), transform) for parts in (states, lakes)
        )
        return on_land & ~in_lakes


def _within(polygons: Polygons, bounds: tuple[float, float, float, float]) -> Polygons:
    """Cut polygons to a box; what lies outside is left out."""
    west, south, east, north = bounds
    boxes = shapely.bounds(polygons)
    near = (boxes[:, 0] < east) & (boxes[:, 2] > west)
    near &= (boxes[:, 1] < north) & (boxes[:, 3] > south)
    cut = shapely.get_parts(shapely.clip_by_rect(polygons[near], *bounds))
    return np.asarray(cut[shapely.get_dimensions(cut) == 2])
