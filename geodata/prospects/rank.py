"""Rank prospect areas and put them into a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geodata.prospects.describe import ProspectArea
from geodata.prospects.names import label_of
from geodata.region import STATES
from geodata.scoring.agreement import word_for

TOP = 10
_STATE_NAMES = {state.iso3: state.name for state in STATES}


def rank(areas: Iterable[ProspectArea]) -> list[ProspectArea]:
    """Order areas of all deposit types: types take equal turns, each its best first.

    Within a type areas are ordered by favourability; nothing is compared across types.
    Ties are broken by sheet, and within a turn by type, so the order is always the
    same.
    """
    of_type: dict[str, list[ProspectArea]] = {}
    for area in sorted(
        areas, key=lambda one: (-one.explanation.favourability, one.sheet)
    ):
        of_type.setdefault(area.deposit_type.id, []).append(area)
    turns = zip_longest(*(of_type[name] for name in sorted(of_type)))
    return [area for turn in turns for area in turn if area is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How firmly an area stands in the order of its deposit type.

    Attributes
    ----------
    rank : int
        Among the areas of its type, 1 the best.
    p10, p90 : int
        10th and 90th percentile of that rank over the draws.
    top_share : float
        Share of the draws that put it among the best :data:`TOP` of its type.
    """

    rank: int
    p10: int
    p90: int
    top_share: float


def standings(ranked: Sequence[ProspectArea], *, top: int = TOP) -> list[Standing]:
    """Say how firmly every area stands in the order of its deposit type.

    Parameters
    ----------
    ranked : sequence of ProspectArea
        From :func:`rank`.
    top : int
        How many count as the best.
    """
    types = np.array([area.deposit_type.id for area in ranked])
    found: dict[int, Standing] = {}
    for name in np.unique(types):
        positions = np.flatnonzero(types == name).tolist()
        drawn = ranks_drawn([ranked[position] for position in positions])
        low, high = np.percentile(drawn, (10, 90), axis=1, method="nearest")
        for number, position in enumerate(positions):
            found[position] = Standing(
                rank=number + 1,
                p10=int(low[number]),
                p90=int(high[number]),
                top_share=float((drawn[number] <= top).mean()),
            )
    return [found[position] for position in range(len(ranked))]


def ranks_drawn(areas: Sequence[ProspectArea]) -> npt.NDArray[np.int64]:
    """Return the rank of every area of one deposit type in every draw, 1 the best.

    Returns
    -------
    array of int64, shape (areas, draws)
    """
    score = np.stack([area.drawn for area in areas])
    order = np.argsort(-score, axis=0, kind="stable")
    return np.asarray(np.argsort(order, axis=0) + 1)


def to_table(ranked: Sequence[ProspectArea], ids: Sequence[str]) -> gpd.GeoDataFrame:
    """Put ranked areas into one flat table.

    Parameters
    ----------
    ranked : sequence of ProspectArea
        From :func:`rank`.
    ids : sequence of str
        The id of each, from :func:`geodata.prospects.names.name_areas`.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        One row an area, best first; areas in km², distances in km, shares and
        scores 0 to 1.
    """
    rows = []
    stand = standings(ranked)
    for position, area in enumerate(ranked):
        standing = stand[position]
        why = area.explanation
        nearest = area.nearest[0] if area.nearest else None
        learned = why.learned.rank if why.learned else np.nan
        rows.append(
            {
                "id": ids[position],
                "label": label_of(ids[position]),
                "rank": position + 1,
                "rank_in_type": standing.rank,
                "rank_in_type_p10": standing.p10,
                "rank_in_type_p90": standing.p90,
                "top10_share": standing.top_share,
                "deposit_type": area.deposit_type.id,
                "deposit_type_title": area.deposit_type.title,
                "place": area.place,
                "states": ", ".join(
                    f"{_STATE_NAMES[code]} {share:.0%}".replace("%", " %")
                    for code, share in area.shares
                ),
                "state_codes": ",".join(code for code, _ in area.shares),
                "favourability": why.favourability,
                "p10": why.p10,
                "p50": why.p50,
                "p90": why.p90,
                "coverage": why.coverage,
                "unknown_components": ", ".join(
                    group.name for group in why.components if np.isnan(group.score)
                ),
                "learned_rank": learned,
                "agreement": word_for(learned),
                "area_km2": area.area_km2,
                "lon": area.lon,
                "lat": area.lat,
                "sheets": ", ".join(area.sheets),
                "nearest_occurrence": nearest.site if nearest else "",
                "nearest_occurrence_km": nearest.distance_km if nearest else np.nan,
                "nearest_occurrence_uncertainty_km": (
                    nearest.uncertainty_km if nearest else np.nan
                ),
            }
        )
    return gpd.GeoDataFrame(
        rows,
        columns=COLUMNS,
        geometry=[area.geometry for area in ranked],
        crs="EPSG:4326",
    )


COLUMNS = (
    "id",
    "label",
    "rank",
    "rank_in_type",
    "rank_in_type_p10",
    "rank_in_type_p90",
    "top10_share",
    "deposit_type",
    "deposit_type_title",
    "place",
    "states",
    "state_codes",
    "favourability",
    "p10",
    "p50",
    "p90",
    "coverage",
    "unknown_components",
    "learned_rank",
    "agreement",
    "area_km2",
    "lon",
    "lat",
    "sheets",
    "nearest_occurrence",
    "nearest_occurrence_km",
    "nearest_occurrence_uncertainty_km",
)
"""Columns of the table of prospect areas, beside the geometry."""
