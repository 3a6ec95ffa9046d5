"""All prospects, or the map's selection, as one file for other programs."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.boxes import box_in_crs84, parse_box
from app.caching import answer
from app.collection import Positions
from app.crs import known_crs
from app.excerpt import of_rows
from app.formats import Format, csv, formats
from app.parameters import (
    AtlasNow,
    BBox,
    Bom,
    Selected,
    only_known_parameters,
)
from app.responses import REFUSALS, documented
from app.routes.collections import source_of

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Exports"])


def get_rows(atlas: AtlasNow, selection: Selected, bbox: BBox = None) -> Positions:
    """Return the rows of the prospects' table that are asked for, best first."""
    found = atlas.collections["prospects"]
    rows = np.flatnonzero(selection.mask(found.table))
    if bbox is None:
        return rows
    inside = found.touching(box_in_crs84(parse_box(bbox), known_crs()[0]))
    return np.intersect1d(rows, inside)


Rows = Annotated[Positions, Depends(get_rows)]


def add_export(form: Format) -> None:
    """Offer the prospect areas in a format, under an address of its own."""
    offer = router.get(
        form.path,
        name=f"prospects_{form.name}",
        description=f"Return prospect areas as {form.title}; filters as on the map.",
        response_class=Response,
        responses=documented(REFUSALS, form.content_type, dict(form.schema)),
    )

    def prospects(
        request: Request, atlas: AtlasNow, rows: Rows, mark: bytes = b""
    ) -> Response:
        found = atlas.collections["prospects"]
        excerpt = of_rows(found, rows, source_of(request, atlas, found))
        return answer(
            request,
            lambda: mark + form.write(excerpt),
            media_type=form.media_type,
            file_name=f"rare-earth-prospects-{atlas.release.id}.{form.name}",
        )

    if form.name == csv.FORMAT.name:

        @offer
        def marked(
            request: Request, atlas: AtlasNow, rows: Rows, *, bom: Bom = False
        ) -> Response:
            return prospects(request, atlas, rows, csv.BOM if bom else b"")

    else:

        @offer
        def unmarked(request: Request, atlas: AtlasNow, rows: Rows) -> Response:
            return prospects(request, atlas, rows)


for each in formats():
    add_export(each)
