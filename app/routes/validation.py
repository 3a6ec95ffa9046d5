"""How well it works: what the release says of its models, and its figures."""

import math
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.atlas import Atlas
from app.caching import answer
from app.errors import NotFoundError
from app.opinions import layers_of_test, why_not_learned
from app.parameters import AtlasNow, FeatureId, only_known_parameters
from app.responses import NOT_FOUND, PNG, documented
from app.routes.pages import keep_page, type_titles
from app.text import map_tests, say, specificity
from app.text import validation as words
from app.text import validation_tables as tables
from app.text import validation_trials as trials
from app.text.argument_records import record_rows
from app.text.known_sites import expert_checks, verdict
from app.text.numbers import decimal, share
from geodata.scoring.agreement import Agreement
from geodata.scoring.validation.map_tests import FEWEST_DISTRICTS
from geodata.scoring.validation.report import LearnedReport
from geodata.scoring.validation.specificity import FEWEST_SITES, MARGIN

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(only_known_parameters)],
)

_FIGURES_OF_A_TYPE = ("agreement", "calibration", "tornado", "withheld")


@router.get("/validation", summary="How well it works")
def validation_page(request: Request, atlas: AtlasNow) -> Response:
    """Show how the models do on known places that they never saw."""
    return keep_page(request, atlas, "validation.html", lambda: _content(atlas))


def _content(atlas: Atlas) -> Mapping[str, object]:
    validation = atlas.release.validation
    listed = figure_names(atlas)
    reports = learned_reports(atlas)
    titles = type_titles(atlas)
    return {
        "words": words,
        "hard": map_tests,
        "kinds": specificity,
        "map_tests": validation.map_tests,
        "type_tables": map_tests.type_tables(validation.map_tests, titles),
        "rules": {
            "districts": FEWEST_DISTRICTS,
            "sites": FEWEST_SITES,
            "margin": MARGIN,
        },
        "heat": specificity.heat_rows(validation.map_tests.specificity, titles),
        "tables": tables,
        "trials": trials,
        "titles": titles,
        "spread": validation.spread,
        "reports": reports,
        "missing": {name: layers_of_test(atlas, name, below=True) for name in reports},
        "no_map": {name: why_not_learned(atlas, name) for name in reports},
        "verdict": verdict(validation.known_sites),
        "expert_checks": expert_checks(validation.known_sites, list(reports.values())),
        "without": [
            {"title": title, "why": why_not_learned(atlas, name)}
            for name, title in titles.items()
            if name not in reports
        ],
        "expert": [
            {
                "id": name,
                "title": title,
                "agreement": agreement(validation.agreement.get(name)),
                "records": record_rows(
                    [
                        (one.name, one.title)
                        for one in atlas.release.deposit_types[name].evidence
                    ],
                    validation.arguments.get(name, ()),
                    {one.id: one.title for one in atlas.release.manifest.layers},
                ),
                "tornado": f"tornado-{name}" if f"tornado-{name}" in listed else "",
            }
            for name, title in titles.items()
        ],
        "figures": figure_texts(atlas, reports),
    }


@router.get(
    "/figures/{name}.png",
    response_class=Response,
    responses=documented(NOT_FOUND, PNG, {"type": "string", "format": "binary"}),
)
def figure(request: Request, name: FeatureId, atlas: AtlasNow) -> Response:
    """Return a figure of the release."""
    if name not in figure_names(atlas):
        raise NotFoundError(say("error.no-figure"))
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


def figure_texts(atlas: Atlas, reports: dict[str, LearnedReport]) -> dict[str, str]:
    """Return figure → what it shows, in words, for those who do not see it."""
    titles = type_titles(atlas)
    texts = {}
    for name in figure_names(atlas):
        kind, _, deposit_type = name.partition("-")
        known = name in ("capture", "prospects") or kind in _FIGURES_OF_A_TYPE
        texts[name] = say(
            f"validation.figure.{kind if known else 'other'}",
            title=titles.get(deposit_type, deposit_type),
        )
        if kind == "withheld" and deposit_type in reports:
            texts[name] += f" {words.headline(reports[deposit_type])}".rstrip()
    return texts


def learned_reports(atlas: Atlas) -> dict[str, LearnedReport]:
    """Return the reports of the learned models, in the order of the types."""
    found = atlas.release.validation.learned
    return {name: found[name] for name in type_titles(atlas) if name in found}


def agreement(found: Agreement | None) -> str:
    """Say how far the two models' maps agree; empty where it was not compared."""
    if found is None or math.isnan(found.overlap):
        return ""
    return say(
        "validation.agreement",
        overlap=share(found.overlap),
        chance=share(found.chance),
        spearman=decimal(found.spearman),
    )
