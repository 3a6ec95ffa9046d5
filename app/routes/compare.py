"""What changed from one release to another."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.caching import answer
from app.comparison_schemas import ReleaseComparison
from app.comparisons import compare_named
from app.links import API, link, link_into, with_query
from app.negotiation import choose
from app.parameters import AtlasNow, JsonForm, only_known_parameters
from app.responses import JSON, UNREADABLE
from app.text import say
from geodata.release import Comparison

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["API"])


@router.get("/api/compare", response_model=ReleaseComparison, responses=UNREADABLE)
def compare(
    request: Request,
    atlas: AtlasNow,
    a: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=64,
            description="Id of the earlier release; by default the one that the later "
            "one follows. /api/releases lists them.",
        ),
    ] = None,
    b: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=64,
            description="Id of the later release; by default the one that is read.",
        ),
    ] = None,
    form: JsonForm = None,
) -> Response:
    """Tell which areas were kept, with both ranks, which are new and which retired.

    Areas of one deposit type are paired by their id, then, one to one, where they
    overlap by half of the ground that either covers.  What differs in the inputs is
    told too: layers, models, settings, versions.
    """
    choose(request, form, {"json": JSON})
    releases = request.app.state.settings.releases

    def make() -> bytes:
        found = compare_named(releases, atlas.release, a, b)
        return _told(request, found, atlas.caution).model_dump_json().encode()

    return answer(request, make, media_type=JSON)


def _told(request: Request, found: Comparison, caution: str) -> ReleaseComparison:
    path = with_query("/api/compare", {"a": found.before, "b": found.after})
    return ReleaseComparison(
        **dict(found),
        title=say("compare.title", before=found.before, after=found.after),
        summary=say(
            "compare.summary", release=found.before, **found.totals.model_dump()
        ),
        caution=caution,
        links=[
            link(request, "self", path, media_type=JSON),
            *(
                link_into(request, rel, name, API, media_type=JSON)
                for rel, name in (
                    ("predecessor-version", found.before),
                    ("successor-version", found.after),
                )
            ),
        ],
    )
