"""How well it works: what the release says of its models, and its figures."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.atlas import Atlas
from app.breakdown import beside_the_model, read_breakdown
from app.caching import answer
from app.errors import NotFoundError
from app.opinions import layers_of_test, why_not_learned
from app.parameters import AtlasNow, only_known_parameters
from app.report_reader import read_report
from app.reports import Report, chance
from app.responses import NOT_FOUND, PNG, documented
from app.routes.features import FeatureId
from app.routes.pages import show_page, type_titles
from app.text.numbers import decimal, share
from app.tried import how_it_was_chosen, what_was_tried
from app.verdict import checks_of_the_expert, in_words

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(only_known_parameters)],
)

_ALTS = {
    "capture": "Curve: share of the known sites inside the best part of the area, "
    "beside what chance would give",
    "prospects": "Map: the prospect areas on the favourability of the best type",
}

_ALTS_OF_A_TYPE = {
    "agreement": "Map, {title}: where both models, one of them or neither put the land "
    "in their best 10 %",
    "calibration": "Chart, {title}: share of known places seen among places of like "
    "score, against the score",
    "tornado": "Bars, {title}: how much of the best tenth of the map moves when one "
    "number of the expert model is set to the low or the high end of its range, the "
    "largest effect on top",
    "withheld": "Curves, {title}: share of the withheld known places inside the best "
    "part of the area, for the learned model, the expert model, the baselines and "
    "chance",
}


@router.get("/validation", summary="How well it works")
def validation_page(request: Request, atlas: AtlasNow) -> Response:
    """Show how the models do on known places that they never saw."""
    validation = atlas.release.validation
    listed = figure_names(atlas)
    reports = learned_reports(atlas)
    told = {report.deposit_type for report in reports}
    return show_page(
        request,
        atlas,
        "validation.html",
        reports=reports,
        lacks={name: layers_of_test(atlas, name, below=True) for name in told},
        parts={
            name: read_breakdown((validation.get("learned") or {})[name])
            for name in told
        },
        beside_the_model=beside_the_model,
        no_map={name: why_not_learned(atlas, name) for name in told},
        what_was_tried=what_was_tried,
        how_it_was_chosen=how_it_was_chosen,
        chance=chance,
        verdict=in_words(validation),
        expert_checks=checks_of_the_expert(validation, reports),
        without=[
            {"title": title, "why": why_not_learned(atlas, name)}
            for name, title in type_titles(atlas).items()
            if name not in told
        ],
        expert=[
            {
                "id": name,
                "title": title,
                "agreement": agreement_in_words(atlas, name),
                "tornado": tornado if (tornado := f"tornado-{name}") in listed else "",
            }
            for name, title in type_titles(atlas).items()
        ],
        figures=figure_texts(atlas, reports),
    )


@router.get(
    "/figures/{name}.png",
    response_class=Response,
    responses=documented(NOT_FOUND, PNG, {"type": "string", "format": "binary"}),
)
def figure(request: Request, name: FeatureId, atlas: AtlasNow) -> Response:
    """Return a figure of the release."""
    if name not in figure_names(atlas):
        raise NotFoundError("The release has no figure with this name.")
    path: Path = atlas.release.folder / "figures" / f"{name}.png"
    return answer(request, path.read_bytes, media_type=PNG)


def figure_names(atlas: Atlas) -> list[str]:
    """Return the names of the figures that the manifest lists."""
    files = (Path(name) for name in atlas.release.manifest.files)
    return sorted(
        path.stem
        for path in files
        if path.parent.name == "figures" and path.suffix == ".png"
    )


def figure_texts(atlas: Atlas, reports: list[Report]) -> dict[str, str]:
    """Return figure → what it shows, in words, for those who do not see it."""
    titles = type_titles(atlas)
    headlines = {report.deposit_type: report.headline for report in reports}
    texts = {}
    for name in figure_names(atlas):
        kind, _, deposit_type = name.partition("-")
        words = _ALTS.get(name) or _ALTS_OF_A_TYPE.get(kind, "Figure of the release")
        texts[name] = words.format(title=titles.get(deposit_type, deposit_type)) + "."
        if kind == "withheld" and headlines.get(deposit_type):
            texts[name] += f" {headlines[deposit_type]}"
    return texts


def learned_reports(atlas: Atlas) -> list[Report]:
    """Return the reports of the learned models, in the order of the types."""
    found: dict[str, Any] = atlas.release.validation.get("learned") or {}
    return [
        read_report(name, {"title": title, **found[name]})
        for name, title in type_titles(atlas).items()
        if found.get(name)
    ]


def agreement_in_words(atlas: Atlas, deposit_type: str) -> str:
    """Say how far the two models' maps agree; empty where it was not compared."""
    found = (atlas.release.validation.get("agreement") or {}).get(deposit_type) or {}
    overlap = found.get("overlap")
    if overlap is None:
        return ""
    return (
        f"Of the expert model’s best 10 %, {share(overlap)} is in the learned model’s "
        f"best 10 % too; chance would give {share(found.get('chance', 0.1))}. The two "
        f"orders of all cells correlate by {decimal(found.get('spearman'))} (Spearman; "
        "1 the same, 0 unrelated)."
    )
