"""Ids that earlier releases gave to areas and that no area has any more."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geodata.release.model import RETIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredArea:
    """An id that is not given again but to the same place.

    Attributes
    ----------
    id, deposit_type : str
        What it was, and of which type.
    last_release : str
        Id of the last release in which an area had it.
    rank_in_type : int
        Its rank among the areas of its type then, 1 the best.
    successor : str or None
        Area of this release, of that type, that covers most of its last place; None
        where there is none.
    overlap : float
        Intersection over union of the two, 0 to 1; NaN without a successor.
    outline : Polygon or MultiPolygon
        Its last place; longitude and latitude, degrees, WGS 84.
    """

    id: str
    deposit_type: str
    last_release: str
    rank_in_type: int
    successor: str | None
    overlap: float
    outline: shapely.Geometry


def read_retired(folder: Path) -> dict[str, RetiredArea]:
    """Read the retired ids of a release."""
    table = gpd.read_parquet(folder / f"{RETIRED}.parquet")
    return {
        row.id: RetiredArea(
            id=str(row.id),
            deposit_type=str(row.deposit_type),
            last_release=str(row.last_release),
            rank_in_type=int(row.rank_in_type),
            successor=None if np.isnan(row.overlap) else str(row.successor),
            overlap=float(row.overlap),
            outline=row.geometry,
        )
        for row in table.itertuples()
    }
