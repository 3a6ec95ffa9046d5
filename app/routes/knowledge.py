"""What the atlas knows: each layer, where it is known, and what is missing."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.atlas import Atlas
from app.overlays import layer_name, overlays
from app.parameters import AtlasNow, only_known_parameters
from app.routes.pages import keep_page, short_title, type_titles
from app.text import say

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(only_known_parameters)],
)

GROUND = ("states", "neighbours", "lakes", "places")
"""Layers that only orient; they stand last."""

_ALL = 0.995  # told as 100 %

_ORIGINS = {
    "publisher": "layers.origin-publisher",
    "mirror": "layers.origin-mirror",
    "package": "layers.origin-package",
    "": "layers.origin-atlas",
}


@router.get("/layers", summary="What the atlas knows, and where")
def layers_page(request: Request, atlas: AtlasNow) -> Response:
    """Show every layer with its coverage of each state, and what is missing."""
    return keep_page(
        request,
        atlas,
        "layers.html",
        lambda: {"rows": _layer_rows(atlas), "missing": _missing_rows(atlas)},
    )


def _layer_rows(atlas: Atlas) -> list[dict[str, Any]]:
    """Describe every layer of the release: those that models read first."""
    switches = {item.layer: item.id for item in overlays(atlas.release)}
    gaps = atlas.gap_ids
    rows = []
    for item in (entry.model_dump() for entry in atlas.release.manifest.layers):
        name = str(item["id"])
        rows.append(
            {
                **item,
                "name": layer_name(name).capitalize(),
                "what": item.get("says", ""),
                "origins": origins(item["members"]),
                "rebuilt": any(member.get("rebuilt") for member in item["members"]),
                "coverage": item.get("coverage_by_state"),
                "everywhere": is_everywhere(item.get("coverage_by_state")),
                "used": _uses_in_words(atlas, item.get("uses", ())),
                "switch": switches.get(name, ""),
                "has_gap": name in gaps,
            }
        )
    rows.sort(key=lambda row: (row["id"] in GROUND, not row["used"], row["id"]))
    return rows


def is_everywhere(coverage: dict[str, float] | None) -> bool:
    """Tell whether a layer covers every state, to the half per cent that is shown.

    >>> is_everywhere({"KAZ": 0.998, "KGZ": 1.0}), is_everywhere(None)
    (True, False)
    """
    return bool(coverage) and min((coverage or {}).values()) >= _ALL


def _missing_rows(atlas: Atlas) -> list[dict[str, Any]]:
    """Describe the layers the models ask for that are not in the release."""
    rows: list[dict[str, Any]] = [
        {
            "name": layer_name(item.layer).capitalize(),
            "what": item.says,
            "costs": _uses_in_words(atlas, [cost.model_dump() for cost in item.costs]),
        }
        for item in atlas.release.manifest.missing_layers
    ]
    rows.sort(key=lambda row: -sum(cost["share"] for cost in row["costs"]))
    return rows


def _uses_in_words(
    atlas: Atlas, uses: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Name the deposit types that use a layer, for what, and with which weight."""
    titles = type_titles(atlas)
    return [
        {
            "type": short_title(titles.get(use["deposit_type"], use["deposit_type"])),
            "evidence": use["evidence"],
            "share": float(use["weight_share"]),
        }
        for use in uses
    ]


def origins(members: Iterable[dict[str, Any]]) -> str:
    """Say where the files of a layer came from.

    >>> origins([{"origin": "mirror", "package": ""}])
    'from a mirror'
    """
    keys = [
        _ORIGINS.get(member.get("origin") or ("package" if member["package"] else ""))
        for member in members
    ]
    found = dict.fromkeys(key for key in keys if key) or (_ORIGINS[""],)
    return ", ".join(map(say, found))
