"""Time each format and the vector tiles of 10,000 areas of thirty corners."""

import random
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely

from app.collection import Collection, Terms, make_collection
from app.excerpt import Source, whole
from app.formats import formats
from app.vector_tiles import TileLayer
from app.vector_tiles.archive import archive
from scripts.benchmarks.figure import Figure, clock

AREAS = 10_000
CORNERS = 30
TILES = 100  # of each zoom
_SOURCE = Source(
    release="0123456789abcdef",
    caution="Exploration aid, not a resource estimate.",
    attribution="Made up",
    licence="None",
    about="/layers",
    address="/api/collections/areas",
)


def written() -> Iterator[Figure]:
    """Time every format beside GeoJSON, and tiles at the zooms that are most used."""
    found = areas()
    excerpt = whole(found, _SOURCE)
    plain: float | None = None
    for form in formats():
        size = len(form.write(excerpt)) / 1e6
        seconds = clock(lambda form=form: form.write(excerpt))  # type: ignore[misc]
        plain = seconds if plain is None else plain
        yield Figure(
            what=f"{form.title} of {AREAS:,} areas, {size:.1f} MB",
            against="GeoJSON, joined from encoded features",
            ours=seconds,
            theirs=plain,
            unit="s",
        )
    layer, chance = TileLayer(found), random.Random(1)  # noqa: S311  # no secret
    for zoom in (4, 6, 8):
        places = [_place(chance, zoom) for _ in range(TILES)]
        seconds = clock(lambda zoom=zoom, places=places: _cut(layer, zoom, places))  # type: ignore[misc]
        yield Figure(
            what=f"vector tile of zoom {zoom}, mean of {TILES}",
            against="limit",
            ours=1000 * seconds / TILES,
            theirs=20.0,
            unit="ms",
        )
    yield Figure(
        what="all vector tiles as PMTiles",
        against="recorded: PMTiles of GDAL 3.12, which holds Python's lock meanwhile",
        ours=clock(lambda: archive(found, _SOURCE)),
        theirs=14.4,
        unit="s",
    )


def areas() -> Collection:
    """Make areas in clusters, as belts of prospects are, with ten attributes."""
    chance = np.random.default_rng(1)
    belts = np.column_stack([chance.uniform(48, 86, 60), chance.uniform(36, 54, 60)])
    centres = belts[chance.integers(0, 60, AREAS)] + chance.normal(0, 1, (AREAS, 2))
    angles = np.sort(chance.uniform(0, 2 * np.pi, (AREAS, CORNERS)), axis=1)
    radius = 0.04 * chance.uniform(0.5, 1.5, (AREAS, CORNERS))
    steps = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=2)
    table = gpd.GeoDataFrame(
        {
            **{f"number_{at}": chance.random(AREAS) for at in range(6)},
            **{
                f"text_{at}": [f"Area {row}" for row in range(AREAS)] for at in range(4)
            },
        },
        geometry=shapely.polygons(centres[:, None, :] + steps),
        crs=4326,
    )
    return make_collection(
        table,
        [f"area-{row}" for row in range(AREAS)],
        name="areas",
        title="Areas",
        description="Made up.",
        terms=Terms(credit="", licence=""),
    )


def _place(chance: random.Random, zoom: int) -> tuple[int, int]:
    tiles = 2**zoom
    column, row = chance.uniform(0.633, 0.739), chance.uniform(0.324, 0.397)
    return int(column * tiles), int(row * tiles)


def _cut(layer: TileLayer, zoom: int, places: list[tuple[int, int]]) -> None:
    for column, row in places:
        layer.tile(zoom, column, row)
