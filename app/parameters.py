"""Query parameters: read strictly, refused with a reason, never ignored."""

import re
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pandas as pd
from fastapi import Depends, Path, Query, Request
from fastapi.dependencies.models import Dependant
from pydantic import BeforeValidator

from app.atlas import Atlas
from app.collection import FEATURE_ID
from app.errors import BadParameterError
from app.text import say
from geodata.region import STATES

DEFAULT_LIMIT, MAX_LIMIT = 10, 10_000

_NUMBER = re.compile(r"[+-]?(\d{1,300}(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def _plain(value: object) -> object:
    """Refuse signs that Python reads in numbers and nobody else does.

    >>> _plain("10")
    '10'
    """
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError("expected a plain number")
    return value


WholeNumber = Annotated[int, BeforeValidator(_plain)]
Number = Annotated[float, BeforeValidator(_plain)]

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

_FORM = "Form of the answer; otherwise the Accept header tells it."

Form = Annotated[str | None, Query(alias="f", max_length=40, description=_FORM)]
Bom = Annotated[
    bool,
    Query(description="Whether CSV begins with a byte-order mark, for spreadsheets."),
]
JsonForm = Annotated[
    str | None,
    Query(
        alias="f",
        max_length=40,
        description=_FORM,
        json_schema_extra={"enum": ["json"]},
    ),
]
JsonOrHtml = Annotated[
    str | None,
    Query(
        alias="f",
        max_length=40,
        description=_FORM,
        json_schema_extra={"enum": ["json", "html"]},
    ),
]
"""Values of ``f=`` where an address has JSON alone, or a page beside it."""


async def get_atlas(request: Request) -> Atlas:
    """Return the atlas of the release that a request is answered from."""
    atlas: Atlas = request.state.atlas
    return atlas


AtlasNow = Annotated[Atlas, Depends(get_atlas)]


async def only_known_parameters(request: Request) -> None:
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


async def get_selection(
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
        Number, Query(ge=0, le=1, description="Least coverage, 0 to 1.")
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
