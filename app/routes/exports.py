"""All prospects, or the map's selection, as one file for other programs."""

from collections.abc import Callable
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.atlas import Atlas
from app.caching import answer
from app.collection import Positions
from app.export import to_csv
from app.geojson import collection as feature_collection
from app.links import base_url
from app.parameters import (
    AtlasNow,
    BBox,
    Selected,
    Selection,
    only_known_parameters,
    parse_bbox,
)
from app.responses import CSV, FEATURES_SCHEMA, GEOJSON, REFUSALS, documented

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Exports"])


def get_rows(atlas: AtlasNow, selection: Selected, bbox: BBox = None) -> Positions:
    """Return the rows of the prospects' table that are asked for."""
    box = parse_bbox(bbox)
    return select(atlas, selection, bbox if box else None)


Rows = Annotated[Positions, Depends(get_rows)]


def select(atlas: Atlas, selection: Selection, bbox: str | None) -> Positions:
    """Return the rows of a selection inside a box, best first."""
    found = atlas.collections["prospects"]
    rows = np.flatnonzero(selection.mask(found.table))
    box = parse_bbox(bbox)
    return rows if box is None else np.intersect1d(rows, found.inside(box))


@router.get(
    "/prospects.geojson",
    response_class=Response,
    responses=documented(REFUSALS, GEOJSON, FEATURES_SCHEMA),
)
async def prospects_geojson(request: Request, atlas: AtlasNow, rows: Rows) -> Response:
    """Return prospect areas as GeoJSON; filters as on the map."""
    features = atlas.collections["prospects"].features

    def make() -> bytes:
        return feature_collection([features[row] for row in rows], **atlas.stamp)

    return answer(request, make, media_type=GEOJSON, file_name=_name(atlas, "geojson"))


@router.get(
    "/prospects.csv",
    response_class=Response,
    responses=documented(REFUSALS, "text/csv", {"type": "string"}),
)
async def prospects_csv(request: Request, atlas: AtlasNow, rows: Rows) -> Response:
    """Return prospect areas as a table; filters as on the map."""
    make: Callable[[], bytes] = lambda: to_csv(  # noqa: E731  # one call, named once
        atlas.collections["prospects"].table.iloc[rows],
        atlas.stamp,
        f"{base_url(request)}/about",
    )
    return answer(request, make, media_type=CSV, file_name=_name(atlas, "csv"))


def _name(atlas: Atlas, ending: str) -> str:
    return f"rare-earth-prospects-{atlas.release.id}.{ending}"
