"""Maps put together from their tiles, as tests look at them."""

import numpy as np
import numpy.typing as npt

from app.grids.tile_cells import TilePlace
from app.grids.tiles import Grids, Rendering
from app.maps.colours import Opinion
from geodata.release import Release
from tests.app.png_reader import decode

A_TILE = "WebMercatorQuad/5/22/11.png"
"""One in the middle of the region."""

ZOOM, COLUMNS, ROWS = 5, range(19, 24), range(9, 13)
"""Tiles that the five states lie on."""


def picture(
    release: Release, deposit_type: str, opinion: Opinion = "expert"
) -> npt.NDArray[np.uint8]:
    """Return the class of every pixel of a map."""
    grids = Grids(release)
    grid = grids.grid(deposit_type)

    def tile(x: int, y: int) -> npt.NDArray[np.uint8]:
        place = TilePlace(matrix_set="WebMercatorQuad", z=ZOOM, x=x, y=y)
        made = grids.tile(grid, place, Rendering(opinion=opinion), "png")
        return decode(made.content)[0]

    return np.vstack([np.hstack([tile(x, y) for x in COLUMNS]) for y in ROWS])
