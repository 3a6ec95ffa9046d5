"""What a request for the features of a collection asks for."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from fastapi import Depends, Query

from app.collection import Collection, Positions
from app.parameters import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    BBox,
    check_datetime,
    parse_bbox,
)
from geodata.region import Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which features are asked for, in what order and how much of each.

    Attributes
    ----------
    limit, offset : int
        How many at most, and how many to leave out before.
    box : Bounds or None
        Place they have to touch, degrees.
    """

    limit: int
    offset: int
    box: Bounds | None

    def rows(self, found: Collection, among: Positions) -> Positions:
        """Return the rows that match, in the order that is asked for."""
        rows = among
        if self.box is not None:
            inside = found.inside(self.box)
            rows = np.intersect1d(rows, inside, assume_unique=True)
        return rows


def get_asked(
    bbox: BBox = None,
    limit: Annotated[
        int,
        Query(
            ge=1, description=f"Features a page; more than {MAX_LIMIT} count as that."
        ),
    ] = DEFAULT_LIMIT,
    offset: Annotated[
        int, Query(ge=0, le=1_000_000_000, description="Features to leave out before.")
    ] = 0,
    datetime: Annotated[
        str | None,
        Query(description="Date-time or interval; features have none, so all match."),
    ] = None,
) -> Asked:
    """Read the query."""
    check_datetime(datetime)
    return Asked(limit=min(limit, MAX_LIMIT), offset=offset, box=parse_bbox(bbox))


AskedFor = Annotated[Asked, Depends(get_asked)]
