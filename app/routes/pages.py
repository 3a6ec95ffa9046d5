"""Pages for readers: the map, the table, a prospect, what this is."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.atlas import Atlas
from app.caching import answer
from app.formats import formats
from app.links import API, with_query
from app.maps.colours import agreement_swatches, legend_rows
from app.maps.shell import map_shell
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
from app.parameters import AtlasNow, Selected, only_known_parameters
from app.public_address import public_base
from app.responses import HTML
from app.service_guide import subjects
from app.templating import STATIC, render
from app.text.known_sites import capture_rows, verdict
from geodata.region import STATES
from geodata.release import RANKED_FROM

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


def show_page(
    request: Request, atlas: Atlas, template: str, **content: object
) -> Response:
    """Fill a template with what every page needs and its own content."""
    text = _filled(request, atlas, template, content)
    return HTMLResponse(text, headers={"Cache-Control": "no-cache", "Vary": "Accept"})


def keep_page(
    request: Request,
    atlas: Atlas,
    template: str,
    content: Callable[[], Mapping[str, object]],
) -> Response:
    """Show a page that is the same for all who ask for its address, and keep it.

    Parameters
    ----------
    request : Request
        What is asked.
    atlas : Atlas
        The open release.
    template : str
        One without a script of its own: its mark differs from answer to answer.
    content : function
        Makes the page's own content; not called when the page is at hand.
    """
    return answer(
        request,
        lambda: _filled(request, atlas, template, content()).encode(),
        media_type=HTML,
    )


def _filled(
    request: Request, atlas: Atlas, template: str, content: Mapping[str, object]
) -> str:
    return render(
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


def _downloads(query: Mapping[str, str]) -> dict[str, str]:
    """Return the formats that pages offer: title → address of the prospect areas."""
    return {
        item.title: with_query(item.path, {**item.readers, **query})
        for item in formats()
        if item.readers is not None
    }


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
        downloads=_downloads({}),
    )


@router.get(
    "/table",
    summary="All prospect areas as a table",
    dependencies=[Depends(only_known_parameters)],
)
def table_page(request: Request, atlas: AtlasNow, selection: Selected) -> Response:
    """Show prospect areas as a table that can be sorted."""
    query = {name: value for name, value in request.query_params.items() if value}

    def content() -> dict[str, object]:
        table = atlas.collections["prospects"].table
        chosen = table[selection.mask(table)]
        return {
            "verdict": verdict(atlas.release.validation.known_sites).short,
            "rows": chosen.drop(columns=table.geometry.name).to_dict("records"),
            "total": len(table),
            "not_ranked": [
                why_not_ranked(atlas, item)
                for item in atlas.deposit_types
                if item.id in selection.deposit_types and not item.ranked_share
            ],
            "no_learned": {
                name: not has_learned(atlas, name) for name in type_titles(atlas)
            },
            "selection": selection,
            "downloads": _downloads(query),
            "on_map": with_query("/", query),
        }

    return keep_page(request, atlas, "table.html", content)


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

    def content() -> dict[str, object]:
        document = described(
            request.app, atlas, public_base(request), each_collection=False
        )
        first = atlas.collections["prospects"].ids[0]
        return {
            "subjects": subjects(document, feature_id=first),
            "api": f"{public_base(request)}{API}",
        }

    return keep_page(request, atlas, "service.html", content)


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
