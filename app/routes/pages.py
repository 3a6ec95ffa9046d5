"""Pages for readers: the map, the table, a prospect, what this is."""

from typing import Any

import numpy as np
import pandas as pd
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.atlas import Atlas
from app.errors import NotFoundError
from app.explanation_schemas import BlockBox, Explanation
from app.explanations import explain_area
from app.formats import formats
from app.links import with_query
from app.maps.colours import agreement_swatches, legend_rows
from app.maps.shell import map_shell
from app.maps.sketch import HEIGHT, WIDTH, draw_sketch
from app.nearby import MINERALS, MINERALS_KM, MINES, MINES_KM, near_area
from app.openapi import described
from app.opinions import (
    first_opinion,
    has_learned,
    layers_of_test,
    skill_of_maps,
    why_not_learned,
    why_not_ranked,
)
from app.overlays import overlays
from app.parameters import AtlasNow, FeatureId, Selected, only_known_parameters
from app.public_address import public_base
from app.responses import HTML
from app.retired import refuse_retired
from app.templating import STATIC, render
from app.text import say
from app.text.known_sites import capture_rows, verdict
from app.text.numbers import dms
from app.text.opinions import stability
from geodata.region import STATES, LonLat
from geodata.release import RANKED_FROM, LayerEntry

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


def show_page(
    request: Request, atlas: Atlas, template: str, **content: object
) -> Response:
    """Fill a template with what every page needs and its own content."""
    text = render(
        request,
        template,
        caution=atlas.caution,
        release=atlas.release.id,
        deposit_types=[
            {
                **item.model_dump(),
                "short": short_title(item.title),
                "no_learned": why_not_learned(atlas, item.id),
                "lacks": layers_of_test(atlas, item.id),
                "first": first_opinion(atlas, item),
                "not_ranked": why_not_ranked(atlas, item),
                "skill": skill_of_maps(atlas, item.id),
            }
            for item in atlas.deposit_types
        ],
        states=STATES,
        manifest=atlas.release.manifest,
        **content,
    )
    return HTMLResponse(text, headers={"Cache-Control": "no-cache", "Vary": "Accept"})


@router.get("/", summary="The map")
def map_page(request: Request, atlas: AtlasNow) -> Response:
    """Show the map; what it shows stands in the address."""
    return show_page(
        request,
        atlas,
        "map.html",
        shell=map_shell(),
        bounds=atlas.grids.bounds,
        home=atlas.collections["states"].bounds,
        verdict=verdict(atlas.release.validation.known_sites).short,
        legend=legend_rows(),
        agreement=agreement_swatches(),
        overlays=overlays(atlas.release),
        gaps=atlas.gap_ids,
        downloads={item.title: item.path for item in formats()},
    )


@router.get(
    "/table",
    summary="All prospect areas as a table",
    dependencies=[Depends(only_known_parameters)],
)
def table_page(request: Request, atlas: AtlasNow, selection: Selected) -> Response:
    """Show prospect areas as a table that can be sorted."""
    table = atlas.collections["prospects"].table
    chosen = table[selection.mask(table)]
    query = {name: value for name, value in request.query_params.items() if value}
    return show_page(
        request,
        atlas,
        "table.html",
        verdict=verdict(atlas.release.validation.known_sites).short,
        rows=chosen.drop(columns=table.geometry.name).to_dict("records"),
        total=len(table),
        not_ranked=[
            why_not_ranked(atlas, item)
            for item in atlas.deposit_types
            if item.id in selection.deposit_types and not item.ranked_share
        ],
        no_learned={name: not has_learned(atlas, name) for name in type_titles(atlas)},
        selection=selection,
        downloads={item.title: with_query(item.path, query) for item in formats()},
        on_map=with_query("/", query),
    )


@router.get("/prospects/{prospect_id}", summary="One prospect area")
def prospect_page(
    request: Request, prospect_id: FeatureId, atlas: AtlasNow
) -> Response:
    """Show one prospect area on a page that can be printed."""
    found = atlas.collections["prospects"]
    if prospect_id not in found.position:
        refuse_retired(request, prospect_id, "/prospects/{id}", HTML)
        raise NotFoundError(say("error.no-area"))
    row = found.table.iloc[found.position[prospect_id]].drop(found.table.geometry.name)
    explanation = explain_area(atlas, prospect_id)
    return show_page(
        request,
        atlas,
        "prospect.html",
        verdict=verdict(atlas.release.validation.known_sites).short,
        area=row.to_dict(),
        total=len(found.table),
        titles=type_titles(atlas),
        explanation=explanation,
        no_learned=why_not_learned(atlas, str(row["deposit_type"])),
        lacks=layers_of_test(atlas, str(row["deposit_type"])),
        steady=stability(
            row["rank_in_type"], row["rank_in_type_p10"], row["rank_in_type_p90"]
        ),
        sketch=draw_sketch(atlas.release, prospect_id),
        sketch_size=(WIDTH, HEIGHT),
        corners=block_corners(explanation.blocks) if explanation.blocks else (),
        neighbours=_nearest_areas(found.table, prospect_id),
        sources=used_layers(atlas, explanation),
        credit={item.id: item.credit for item in atlas.release.manifest.layers},
        over_area=any(
            item.measured_low is not None
            for component in explanation.components
            for item in component.evidence
        ),
        sites=site_records(atlas, explanation),
        minerals=near_area(
            atlas, prospect_id, MINERALS, count=3, within_km=MINERALS_KM
        ),
        mines=near_area(atlas, prospect_id, MINES, count=2, within_km=MINES_KM),
    )


@router.get("/about", summary="Method, sources and limits")
def about_page(request: Request, atlas: AtlasNow) -> Response:
    """Say how this was made, from what, and what it cannot tell."""
    known = atlas.release.validation.known_sites
    occurrences = atlas.collections["occurrences"].table
    names = set(occurrences.loc[occurrences.geometry.notna(), "site"])
    unplaced = occurrences[~occurrences["site"].isin(names)]
    return show_page(
        request,
        atlas,
        "about.html",
        known=known,
        verdict=verdict(known),
        capture=capture_rows(known),
        circular=[
            sum(site.circular for site in known.sites),
            sum(site.circular_overall for site in known.sites),
        ],
        models=atlas.release.deposit_types.values(),
        floor=RANKED_FROM,
        titles=type_titles(atlas),
        unplaced=unplaced.drop_duplicates("site").to_dict("records"),
        warning=atlas.warning,
    )


@router.get("/favicon.ico", summary="The icon, where browsers look for it")
def favicon() -> Response:
    """Return the icon of the pages."""
    return Response((STATIC / "icon.svg").read_bytes(), media_type="image/svg+xml")


@router.get("/api/docs", summary="The read-only service, described")
def service_page(request: Request, atlas: AtlasNow) -> Response:
    """Describe every address that programs may read."""
    document = described(
        request.app, atlas, public_base(request), each_collection=False
    )
    addresses = [
        {"path": path, "method": method.upper(), **operation}
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    return show_page(request, atlas, "service.html", addresses=addresses)


def type_titles(atlas: Atlas) -> dict[str, str]:
    """Return deposit type → title."""
    return {item.id: item.title for item in atlas.deposit_types}


def short_title(title: str) -> str:
    """Shorten the title of a deposit type so that it fits on a button.

    >>> short_title("Clay-hosted (weathering crust)")
    'Clay-hosted'
    """
    for stop in (" and ", " ("):
        title = title.partition(stop)[0]
    return title


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
    own = table[table["id"] == prospect_id].iloc[0]
    lon, lat = np.radians(table["lon"].to_numpy()), np.radians(table["lat"].to_numpy())
    lon0, lat0 = np.radians(own["lon"]), np.radians(own["lat"])
    half = (
        np.sin((lat - lat0) / 2) ** 2
        + np.cos(lat) * np.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
    )
    distance = 2 * 6371.0088 * np.arcsin(np.sqrt(half))  # mean Earth radius, km
    order = [row for row in np.argsort(distance) if table["id"].iloc[row] != own["id"]]
    return [
        {
            **table.iloc[row][["id", "label", "place", "deposit_type_title"]].to_dict(),
            "distance_km": float(distance[row]),
        }
        for row in order[:3]
    ]


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
