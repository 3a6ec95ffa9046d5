"""The page of one prospect area."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.atlas import Atlas
from app.errors import NotFoundError
from app.explanation_schemas import BlockBox, Explanation
from app.explanations import explain_area
from app.maps.sketch import HEIGHT, WIDTH, draw_sketch
from app.nearby import MINERALS, MINERALS_KM, MINES, MINES_KM, near_area
from app.opinions import layers_of_test, why_not_learned
from app.parameters import AtlasNow, FeatureId
from app.responses import HTML
from app.retired import refuse_retired
from app.routes.pages import keep_page, type_titles
from app.text import say
from app.text.known_sites import verdict
from app.text.numbers import dms
from app.text.opinions import stability
from geodata.region import LonLat
from geodata.release import LayerEntry

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

_NEIGHBOURS = 3  # nearest prospect areas that are named


@router.get("/prospects/{prospect_id}", summary="One prospect area")
def prospect_page(
    request: Request, prospect_id: FeatureId, atlas: AtlasNow
) -> Response:
    """Show one prospect area on a page that can be printed."""
    if prospect_id not in atlas.collections["prospects"].position:
        refuse_retired(request, prospect_id, "/prospects/{id}", HTML)
        raise NotFoundError(say("error.no-area"))
    return keep_page(
        request, atlas, "prospect.html", lambda: _content(atlas, prospect_id)
    )


def _content(atlas: Atlas, prospect_id: str) -> Mapping[str, object]:
    found = atlas.collections["prospects"]
    row = found.table.iloc[found.position[prospect_id]].drop(found.table.geometry.name)
    explanation = explain_area(atlas, prospect_id)
    return {
        "verdict": verdict(atlas.release.validation.known_sites).short,
        "area": row.to_dict(),
        "total": len(found.table),
        "titles": type_titles(atlas),
        "explanation": explanation,
        "no_learned": why_not_learned(atlas, str(row["deposit_type"])),
        "lacks": layers_of_test(atlas, str(row["deposit_type"])),
        "steady": stability(
            row["rank_in_type"], row["rank_in_type_p10"], row["rank_in_type_p90"]
        ),
        "sketch": draw_sketch(atlas.ground, prospect_id),
        "sketch_size": (WIDTH, HEIGHT),
        "corners": block_corners(explanation.blocks) if explanation.blocks else (),
        "neighbours": _nearest_areas(found.table, prospect_id),
        "sources": used_layers(atlas, explanation),
        "credit": {item.id: item.credit for item in atlas.release.manifest.layers},
        "over_area": any(
            item.measured_low is not None
            for component in explanation.components
            for item in component.evidence
        ),
        "sites": site_records(atlas, explanation),
        "minerals": near_area(
            atlas, prospect_id, MINERALS, count=3, within_km=MINERALS_KM
        ),
        "mines": near_area(atlas, prospect_id, MINES, count=2, within_km=MINES_KM),
    }


def block_corners(blocks: BlockBox) -> list[dict[str, str | float]]:
    """Name the corners of the box of licence blocks, clockwise from north-west."""
    corners = (
        (say("area.north-west"), LonLat(lon=blocks.west, lat=blocks.north)),
        (say("area.north-east"), LonLat(lon=blocks.east, lat=blocks.north)),
        (say("area.south-east"), LonLat(lon=blocks.east, lat=blocks.south)),
        (say("area.south-west"), LonLat(lon=blocks.west, lat=blocks.south)),
    )
    return [
        {"name": name, "lon": at.lon, "lat": at.lat, "dms": dms(at.lon, at.lat)}
        for name, at in corners
    ]


def _nearest_areas(table: pd.DataFrame, prospect_id: str) -> list[dict[str, Any]]:
    """Return the three prospect areas whose best cells lie nearest."""
    ids = table["id"].to_numpy()
    own = int(np.flatnonzero(ids == prospect_id)[0])
    lon, lat = np.radians(table["lon"].to_numpy()), np.radians(table["lat"].to_numpy())
    half = (
        np.sin((lat - lat[own]) / 2) ** 2
        + np.cos(lat) * np.cos(lat[own]) * np.sin((lon - lon[own]) / 2) ** 2
    )
    distance = 2 * 6371.0088 * np.arcsin(np.sqrt(half))  # mean Earth radius, km
    order = [row for row in np.argsort(distance)[: _NEIGHBOURS + 1] if row != own]
    told = table[["id", "label", "place", "deposit_type_title"]].iloc[order]
    return [
        {**row, "distance_km": float(distance[position])}
        for row, position in zip(told.to_dict("records"), order, strict=True)
    ][:_NEIGHBOURS]


def used_layers(atlas: Atlas, explanation: Explanation) -> list[LayerEntry]:
    """Return the records of the layers that both models' explanations drew on."""
    used = {
        item.layer
        for component in explanation.components
        for item in component.evidence
        if item.known
    }
    if explanation.learned:
        used |= {item.layer for item in explanation.learned.arguments if item.known}
    return [item for item in atlas.release.manifest.layers if item.id in used]


def site_records(atlas: Atlas, explanation: Explanation) -> dict[str, str]:
    """Return record → address of the public record, only plain https ones."""
    table = atlas.collections["occurrences"].table
    wanted = {item.record for item in explanation.nearest_occurrences or ()}
    found = table[table["occurrence_id"].isin(wanted)]
    pairs = zip(found["occurrence_id"], found["record_url"], strict=True)
    return {name: url for name, url in pairs if str(url).startswith("https://")}
