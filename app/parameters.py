"""Query parameters: read strictly, refused with a reason, never ignored."""

import re
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pandas as pd
from fastapi import Depends, Path, Query, Request
from fastapi.dependencies.models import Dependant

from app.atlas import Atlas
from app.collection import FEATURE_ID
from app.errors import BadParameterError
from app.text import say
from geodata.region import STATES, Bounds

DEFAULT_LIMIT, MAX_LIMIT = 10, 10_000

_DATE = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})"
_DATETIME = re.compile(rf"^({_DATE}|(\.\.|{_DATE}|)/(\.\.|{_DATE}|))$")

BBox = Annotated[
    str | None,
    Query(
        description="West, south, east, north in degrees, separated by commas.",
        examples=["60,40,80,50"],
    ),
]

CollectionId = Annotated[
    str, Path(description="Name of a collection.", examples=["prospects"])
]
FeatureId = Annotated[str, Path(description=f"Id of a feature, {FEATURE_ID}.")]

Form = Annotated[
    str | None,
    Query(
        alias="f",
        max_length=40,
        description="Form of the answer; otherwise the Accept header tells it.",
    ),
]


def get_atlas(request: Request) -> Atlas:
    """Return the atlas of the release that a request is answered from."""
    atlas: Atlas = request.state.atlas
    return atlas


AtlasNow = Annotated[Atlas, Depends(get_atlas)]


def only_known_parameters(request: Request) -> None:
    """Refuse query parameters the route does not know, and repeated ones.

    Raises
    ------
    BadParameterError
        Naming them and those that are known.
    """
    known = sorted(_query_names(request.scope["route"].dependant))
    given = [name for name, _ in request.query_params.multi_items()]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise BadParameterError(
            say(
                "error.unknown-parameter",
                given=", ".join(name[:40] for name in unknown[:8]),
                known=", ".join(known) or say("error.no-parameters"),
            )
        )
    if len(given) != len(set(given)):
        raise BadParameterError(say("error.twice"))


def _query_names(dependant: Dependant) -> set[str]:
    """Return the query parameters of a route and of all it depends on."""
    names = {item.alias for item in dependant.query_params}
    return names.union(*map(_query_names, dependant.dependencies))


def parse_bbox(text: str | None) -> Bounds | None:
    """Read a box of longitudes and latitudes.

    >>> parse_bbox("60,40,80,50").east
    80.0

    Raises
    ------
    BadParameterError
        If it is not four (or, with heights, six) numbers in range.
    """
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(map(np.isfinite, numbers)):
        raise BadParameterError(say("error.bbox", given=text[:80]))
    west, south, east, north = numbers
    if not (
        -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
    ):
        raise BadParameterError(say("error.bbox-range", given=text[:80]))
    return Bounds(west=west, south=south, east=east, north=north)


def check_datetime(text: str | None) -> None:
    """Check a date or an interval; our features have no date, so all match.

    Raises
    ------
    BadParameterError
        If it is not written as RFC 3339 asks.
    """
    if text is not None and (not _DATETIME.match(text) or text == "/"):
        raise BadParameterError(say("error.datetime", given=text[:80]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which prospects are asked for; the names are those of the map's address.

    Attributes
    ----------
    deposit_types, states : tuple of str
        Ids and three-letter codes; empty = all.
    min_coverage : float
        Least coverage, 0 to 1.
    """

    deposit_types: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    min_coverage: float = 0.0

    def mask(self, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which rows of the prospects' table are selected."""
        keep = table["coverage"].to_numpy() >= self.min_coverage
        if self.deposit_types:
            keep &= table["deposit_type"].isin(self.deposit_types).to_numpy()
        if self.states:
            wanted = set(self.states)
            keep &= np.array(
                [
                    bool(wanted & set((codes or "").split(",")))
                    for codes in table["state_codes"]
                ],
                dtype=np.bool_,
            )
        return np.asarray(keep, dtype=np.bool_)


def get_selection(
    atlas: AtlasNow,
    deposit_type: Annotated[
        str | None,
        Query(description="Ids of deposit types, separated by commas; all if absent."),
    ] = None,
    state: Annotated[
        str | None,
        Query(
            description="Codes of states (KAZ, KGZ, TJK, TKM, UZB), separated by "
            "commas; a prospect counts when it touches one of them."
        ),
    ] = None,
    min_coverage: Annotated[
        float, Query(ge=0, le=1, description="Least coverage, 0 to 1.")
    ] = 0.0,
) -> Selection:
    """Read the selection of prospects from the query.

    Raises
    ------
    BadParameterError
        If a deposit type or a state is not known.
    """
    types = [str(item.id) for item in atlas.deposit_types]
    return Selection(
        deposit_types=_listed("deposit_type", deposit_type, types),
        states=_listed("state", state, [item.iso3 for item in STATES]),
        min_coverage=min_coverage,
    )


Selected = Annotated[Selection, Depends(get_selection)]


def _listed(name: str, text: str | None, known: list[str]) -> tuple[str, ...]:
    if not text:
        return ()
    asked = tuple(part.strip() for part in text.split(","))
    wrong = [part[:40] for part in asked if part not in known]
    if wrong:
        raise BadParameterError(
            say(
                "error.no-value",
                name=name,
                given=", ".join(wrong[:8]),
                known=", ".join(known),
            )
        )
    return asked
