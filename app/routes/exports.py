"""All prospects, or the map's selection, as one file for other programs."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.atlas import Atlas
from app.caching import answer
from app.collection import Positions
from app.formats import Format, formats
from app.links import base_url
from app.parameters import (
    AtlasNow,
    BBox,
    Selected,
    Selection,
    only_known_parameters,
    parse_bbox,
)
from app.responses import REFUSALS, documented

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


def add_export(form: Format) -> None:
    """Offer the prospect areas in a format, under an address of its own."""

    @router.get(
        form.path,
        name=f"prospects_{form.ending}",
        description=f"Return prospect areas as {form.title}; filters as on the map.",
        response_class=Response,
        responses=documented(
            REFUSALS, form.media_type.partition(";")[0], dict(form.schema)
        ),
    )
    async def prospects(request: Request, atlas: AtlasNow, rows: Rows) -> Response:
        def make() -> bytes:
            found = atlas.collections["prospects"]
            return form.write(found, rows, atlas.stamp, f"{base_url(request)}/about")

        name = f"rare-earth-prospects-{atlas.release.id}.{form.ending}"
        return answer(request, make, media_type=form.media_type, file_name=name)


for each in formats():
    add_export(each)
