"""WMTS capabilities: every grid as a layer that QGIS and GDAL load by one address."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from app.grids.catalogue import Grid
from app.grids.description import bbox_of
from app.grids.tile_cells import (
    CRS_OF,
    SIZE,
    MatrixSet,
    TilePlace,
)

SHOWN_ZOOM = 12
"""Finest zoom that is offered; finer ones are drawn when asked for."""

_PIXEL_M = 0.00028  # of the OGC's standard screen
_METRES_PER_DEGREE = 6_378_137 * 3.141592653589793 / 180
_URNS: dict[MatrixSet, str] = {
    "WebMercatorQuad": "urn:ogc:def:crs:EPSG::3857",
    "WorldCRS84Quad": "urn:ogc:def:crs:OGC:1.3:CRS84",
}
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Capabilities xmlns="http://www.opengis.net/wmts/1.0"'
    ' xmlns:ows="http://www.opengis.net/ows/1.1"'
    ' xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">\n'
)


def capabilities(
    grids: Iterable[Grid], templates: dict[tuple[str, MatrixSet], str], *, title: str
) -> str:
    """Write the capabilities of a WMTS that is read by address alone (REST).

    Parameters
    ----------
    grids : iterable of Grid
        The layers.
    templates : dict of (id, matrix set) to str
        Address of a tile of each, with ``{z}``, ``{x}`` and ``{y}``.
    title : str
        Of the service.

    Notes
    -----
    OGC 07-057r7, sections 7.1 and 10.
    """
    layers = "".join(_layer(grid, templates) for grid in grids)
    sets = "".join(_matrix_set(name) for name in CRS_OF)
    return (
        f"{_HEAD}<ows:ServiceIdentification><ows:Title>{escape(title)}</ows:Title>"
        "<ows:ServiceType>OGC WMTS</ows:ServiceType>"
        "<ows:ServiceTypeVersion>1.0.0</ows:ServiceTypeVersion>"
        "</ows:ServiceIdentification>\n"
        f"<Contents>\n{layers}{sets}</Contents>\n</Capabilities>\n"
    )


def _layer(grid: Grid, templates: dict[tuple[str, MatrixSet], str]) -> str:
    west, south, east, north = bbox_of(grid.file)
    links = "".join(
        f"<TileMatrixSetLink><TileMatrixSet>{name}</TileMatrixSet></TileMatrixSetLink>"
        for name in CRS_OF
    )
    # A template serves every set of its layer: the set is a place in it.
    template = templates[grid.id, "WebMercatorQuad"]
    for name, place in (
        ("WebMercatorQuad", "{TileMatrixSet}"),
        ("{z}", "{TileMatrix}"),
        ("{x}", "{TileCol}"),
        ("{y}", "{TileRow}"),
    ):
        template = template.replace(name, place)
    return (
        f"<Layer><ows:Title>{escape(grid.title)}</ows:Title>"
        f"<ows:Abstract>{escape(grid.description)}</ows:Abstract>"
        f"<ows:WGS84BoundingBox><ows:LowerCorner>{west} {south}</ows:LowerCorner>"
        f"<ows:UpperCorner>{east} {north}</ows:UpperCorner></ows:WGS84BoundingBox>"
        f"<ows:Identifier>{escape(grid.id)}</ows:Identifier>"
        '<Style isDefault="true"><ows:Identifier>default</ows:Identifier></Style>'
        f"<Format>image/png</Format>{links}"
        '<ResourceURL format="image/png" resourceType="tile" '
        f"template={quoteattr(template)}/></Layer>\n"
    )


def _matrix_set(name: MatrixSet) -> str:
    matrices = "".join(_matrix(name, zoom) for zoom in range(SHOWN_ZOOM + 1))
    return (
        f"<TileMatrixSet><ows:Identifier>{name}</ows:Identifier>"
        f"<ows:SupportedCRS>{_URNS[name]}</ows:SupportedCRS>\n"
        f"{matrices}</TileMatrixSet>\n"
    )


def _matrix(name: MatrixSet, zoom: int) -> str:
    first = TilePlace(matrix_set=name, z=zoom, x=0, y=0)
    west, _, east, north = first.bounds
    metres = 1.0 if name == "WebMercatorQuad" else _METRES_PER_DEGREE
    scale = (east - west) / SIZE * metres / _PIXEL_M
    return (
        f"<TileMatrix><ows:Identifier>{zoom}</ows:Identifier>"
        f"<ScaleDenominator>{scale!r}</ScaleDenominator>"
        f"<TopLeftCorner>{west!r} {north!r}</TopLeftCorner>"
        f"<TileWidth>{SIZE}</TileWidth><TileHeight>{SIZE}</TileHeight>"
        f"<MatrixWidth>{first.columns}</MatrixWidth>"
        f"<MatrixHeight>{first.rows}</MatrixHeight></TileMatrix>\n"
    )
