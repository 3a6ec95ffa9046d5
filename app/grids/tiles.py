"""Tiles: a picture or the numbers of one part of a grid, made once and kept."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from app.errors import NotFoundError
from app.grids.catalogue import Grid, list_grids
from app.grids.description import bbox_of
from app.grids.files import Datasets, FloatArray
from app.grids.land import Land
from app.grids.looks import LINE, NO_DATA, NOTHING, Look, Ramp, RampLook, palette
from app.grids.png import indexed_png
from app.grids.tile_cells import SIZE, TileCells, TilePlace, cells_of_tile
from app.kept import BoundedCache
from app.maps.colours import Colour, Opinion, Theme
from app.text import say
from geodata.region import Bounds
from geodata.release import OVERALL, Release

Form = Literal["png", "webp", "npy"]

MEDIA_TYPES: dict[Form, str] = {
    "png": "image/png",
    "webp": "image/webp",
    "npy": "application/x-npy",
}
_KEPT_BYTES = 24_000_000  # some thousand tiles
_HATCH_PERIOD, _HATCH_WIDTH = 8, 2  # pixels; the period divides a tile: no seams
_SHADE_BUFFER = 3  # pixels around a tile that its shading needs
_SHADE_STRENGTH = 12.0  # how often steeper than it is, as the cells are kilometres


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """How a tile is drawn; what is None is as the grid says.

    Attributes
    ----------
    theme : {"light", "dark"}
        Ground it will lie on.
    opinion : {"expert", "learned", "agreement"}
        Of a map: whose ranking, or where the two agree.
    low, high : float or None
        Of a quantity: values that the scale runs between.
    ramp : Ramp or None
        Of a quantity: name of the scale.
    """

    theme: Theme = "light"
    opinion: Opinion = "expert"
    low: float | None = None
    high: float | None = None
    ramp: Ramp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """The bytes of a tile, and a tag that changes when they do."""

    content: bytes
    tag: str


Key = tuple[str, TilePlace, Rendering, Form]


class Grids:
    """The grids of one release, and tiles of them.

    Parameters
    ----------
    release : Release
        The open release.
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        self.datasets = Datasets()
        self._land = Land(release)
        self._kept = BoundedCache[Key, Tile](_KEPT_BYTES, lambda t: len(t.content))

    @cached_property
    def by_id(self) -> Mapping[str, Grid]:
        """Every grid of the release."""
        return list_grids(self.release)

    @property
    def bounds(self) -> Bounds:
        """Box of every map, degrees, rounded outward."""
        west, south, east, north = bbox_of(self.by_id[OVERALL].file)
        return Bounds(west=west, south=south, east=east, north=north)

    def grid(self, name: str) -> Grid:
        """Return a grid.

        Raises
        ------
        NotFoundError
            If the release has none with this id.
        """
        if name not in self.by_id:
            raise NotFoundError(say("grid.unknown", name=name[:80]))
        return self.by_id[name]

    def kept(
        self, grid: Grid, place: TilePlace, rendering: Rendering, form: Form
    ) -> Tile | None:
        """Return a tile that was made before, if it is still at hand."""
        return self._kept.get((grid.id, place, rendering, form))

    def tile(
        self, grid: Grid, place: TilePlace, rendering: Rendering, form: Form
    ) -> Tile:
        """Make a tile, or take the one that was made before.

        Parameters
        ----------
        grid : Grid
            From :meth:`grid`.
        place : TilePlace
            Which part.
        rendering : Rendering
            How it is drawn, from :func:`fitting`.
        form : {"png", "webp", "npy"}
            Picture, or numbers: float32 of shape (bands, 256, 256), NaN = unknown.
        """
        key = (grid.id, place, rendering, form)
        tile = self._kept.get(key)
        if tile is None:
            content = self._make(grid, place, rendering, form)
            tile = Tile(content=content, tag=hashlib.sha256(content).hexdigest()[:32])
            self._kept.put(key, tile)
        return tile

    def _make(
        self, grid: Grid, place: TilePlace, rendering: Rendering, form: Form
    ) -> bytes:
        if form == "npy":
            return _npy(self._numbers(grid, place))
        look = look_of(grid, rendering)
        classes = self._classes(grid, place, look)
        colours = palette(look, rendering.theme)
        if form == "webp":
            return _webp(classes, colours)
        return indexed_png(classes, colours, transparent=NOTHING)

    def _numbers(self, grid: Grid, place: TilePlace) -> FloatArray:
        if grid.kind == "hillshade":
            return self._shaded(grid, place)[np.newaxis]
        cells = cells_of_tile(grid.file, place)
        if cells is None:
            return np.full((len(grid.bands), SIZE, SIZE), np.nan, dtype=np.float32)
        read = self._read(grid, grid.bands, cells)
        values = np.stack([cells.nearest(band) for band in read])
        values[:, cells.outside] = np.nan
        return values.astype(np.float32)

    def _classes(
        self, grid: Grid, place: TilePlace, look: Look
    ) -> npt.NDArray[np.uint8]:
        """Return the class of each pixel."""
        if grid.kind == "hillshade":
            return look.classify(self._shaded(grid, place)[np.newaxis])
        cells = cells_of_tile(grid.file, place)
        if cells is None:
            return np.full((SIZE, SIZE), NOTHING, dtype=np.uint8)
        bands = tuple(map(grid.file.bands.index, look.bands)) or grid.bands
        found = cells.nearest(look.classify(self._read(grid, bands, cells)))
        found[cells.outside] = NOTHING
        unknown = found == NO_DATA
        if unknown.any():
            hatched = unknown & self._land.mask(place)
            found[unknown] = NOTHING
            found[hatched] = _hatch()[hatched]
        return found.astype(np.uint8)

    def _read(self, grid: Grid, bands: tuple[int, ...], cells: TileCells) -> FloatArray:
        return self.datasets.read(grid.file, bands, cells.window, level=cells.level)

    def _shaded(self, grid: Grid, place: TilePlace) -> FloatArray:
        """Shade relief by light from the north-west; 0 to 255, NaN = unknown."""
        # Not needed before: a server starts sooner.
        from rio_tiler.models import ImageData  # noqa: PLC0415
        from titiler.core.algorithm.dem import HillShade  # noqa: PLC0415

        nothing = np.full((SIZE, SIZE), np.nan, dtype=np.float32)
        cells = cells_of_tile(grid.file, place, buffer=_SHADE_BUFFER)
        if cells is None:
            return nothing
        height = cells.blended(self._read(grid, grid.bands, cells)[0])
        west, _, east, _ = place.bounds
        metres = 111_320.0 if place.matrix_set == "WorldCRS84Quad" else 1.0
        pixel_m = (east - west) / SIZE * metres
        shade = HillShade(
            azimuth=315,
            angle_altitude=45.0,
            buffer=0,  # cut off below
            z_exaggeration=_SHADE_STRENGTH / pixel_m,
        )
        filled = np.nan_to_num(height)
        shaded = shade(ImageData(np.ma.MaskedArray(filled[np.newaxis]))).data[0]
        inner = slice(_SHADE_BUFFER, -_SHADE_BUFFER)
        unknown = np.isnan(height[inner, inner])
        return np.where(unknown, np.nan, shaded[inner, inner]).astype(np.float32)


def look_of(grid: Grid, rendering: Rendering) -> Look:
    """Return how a grid is drawn when it is asked for in some way."""
    look = grid.looks[rendering.opinion]
    if not isinstance(look, RampLook):
        return look
    return RampLook(
        look.low if rendering.low is None else rendering.low,
        look.high if rendering.high is None else rendering.high,
        rendering.ramp or look.ramp,
    )


def fitting(grid: Grid, rendering: Rendering) -> Rendering:
    """Check that a grid can be drawn as it is asked for.

    Raises
    ------
    NotFoundError
        If the grid has no such opinion, or its colours cannot be chosen.
    """
    if rendering.opinion not in grid.looks:
        raise NotFoundError(
            say(
                "grid.no-opinion",
                given=rendering.opinion,
                name=grid.id,
                known=", ".join(grid.looks),
            )
        )
    chosen = rendering.ramp or rendering.low is not None
    if chosen and not isinstance(grid.looks[rendering.opinion], RampLook):
        raise NotFoundError(say("grid.fixed-colours", name=grid.id))
    return rendering


@cache
def _hatch() -> npt.NDArray[np.uint8]:
    rows, columns = np.indices((SIZE, SIZE), dtype=np.int32)
    line = (rows + columns) % _HATCH_PERIOD < _HATCH_WIDTH
    return np.where(line, LINE, NO_DATA).astype(np.uint8)


def _webp(classes: npt.NDArray[np.uint8], colours: list[Colour]) -> bytes:
    # Not needed before: a server starts sooner.
    from rio_tiler.utils import render  # noqa: PLC0415

    table = np.array([(c.red, c.green, c.blue) for c in colours], dtype=np.uint8)
    drawn = np.moveaxis(table[classes], -1, 0)
    mask = np.where(classes == NOTHING, 0, 255).astype(np.uint8)
    return bytes(render(drawn, mask, img_format="WEBP", lossless=True))


def _npy(values: FloatArray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values, allow_pickle=False)
    return stream.getvalue()
