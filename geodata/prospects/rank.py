"""Rank prospect areas and give them their names."""

from collections import Counter
from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geodata.prospects.describe import ProspectArea
from geodata.prospects.sheets import ROMAN_NUMERALS
from geodata.region import STATES
from geodata.scoring.agreement import word_for

TOP = 10
_STATE_NAMES = {state.iso3: state.name for state in STATES}


def rank(areas: Iterable[ProspectArea]) -> list[ProspectArea]:
    """Order areas of all deposit types by p10 × coverage, best first.

    Ties are broken by deposit type and sheet, so the order is always the same.
    """
    return sorted(
        areas,
        key=lambda area: (-area.conservative_score, area.deposit_type.id, area.sheet),
    )


def top_share(ranked: Sequence[ProspectArea], *, top: int = TOP) -> list[float]:
    """Return for each area the share of draws that put it among the best.

    Within one draw areas are ordered by that draw's favourability × coverage.

    Parameters
    ----------
    ranked : sequence of ProspectArea
        All areas.
    top : int
        How many count as the best.
    """
    return [float(share) for share in (ranks_drawn(ranked) <= top).mean(axis=1)]


def ranks_drawn(ranked: Sequence[ProspectArea]) -> npt.NDArray[np.int64]:
    """Return the rank of every area in every draw, 1 the best.

    Returns
    -------
    array of int64, shape (areas, draws)
        Within one draw areas are ordered by that draw's favourability × coverage.
    """
    if not ranked:
        return np.zeros((0, 1), dtype=np.int64)
    score = np.stack(
        [np.exp(area.drawn) * area.explanation.coverage for area in ranked]
    )
    order = np.argsort(-score, axis=0, kind="stable")
    return np.asarray(np.argsort(order, axis=0) + 1)


def rank_range_in_type(ranked: Sequence[ProspectArea]) -> list[tuple[int, int]]:
    """Return the same as :func:`rank_range` among the areas of an area's own type."""
    types = np.array([area.deposit_type.id for area in ranked])
    found = [(0, 0)] * len(ranked)
    for name in np.unique(types):
        positions = np.flatnonzero(types == name).tolist()
        own = rank_range([ranked[position] for position in positions])
        for position, ends in zip(positions, own, strict=True):
            found[position] = ends
    return found


def rank_range(ranked: Sequence[ProspectArea]) -> list[tuple[int, int]]:
    """Return the 10th and 90th percentile of every area's rank over the draws."""
    low, high = np.percentile(ranks_drawn(ranked), (10, 90), axis=1, method="nearest")
    return [(int(one), int(other)) for one, other in zip(low, high, strict=True)]


def name_areas(ranked: Sequence[ProspectArea]) -> list[tuple[str, str]]:
    """Give each area an id and a label that survive a new release.

    Both name the deposit type and the 1:200 000 sheet of the best cell; further
    areas of the same type on a sheet get a 2, 3 … from west to east, whatever
    their rank.

    Returns
    -------
    list of (id, label)
        For example ``("carb-k43-12", "CARB K-43-XII")``.
    """
    seen: Counter[str] = Counter()
    names: dict[int, tuple[str, str]] = {}
    eastward = sorted(range(len(ranked)), key=lambda n: (ranked[n].lon, ranked[n].lat))
    for position in eastward:
        area = ranked[position]
        letter, zone, roman = area.sheet.split("-")
        code = area.deposit_type.code
        number = ROMAN_NUMERALS.index(roman) + 1
        identity = f"{code}-{letter}{zone}-{number:02d}".lower()
        label = f"{code.upper()} {area.sheet}"
        seen[identity] += 1
        again = seen[identity]
        names[position] = (
            (identity, label)
            if again == 1
            else (f"{identity}-{again}", f"{label} ({again})")
        )
    return [names[position] for position in range(len(ranked))]


def to_table(ranked: Sequence[ProspectArea]) -> gpd.GeoDataFrame:
    """Put ranked areas into one flat table.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        One row an area, best first; areas in km², distances in km, shares and
        scores 0 to 1.
    """
    in_type: Counter[str] = Counter()
    rows = []
    names, shares = name_areas(ranked), top_share(ranked)
    ranks, of_type = rank_range(ranked), rank_range_in_type(ranked)
    for position, area in enumerate(ranked):
        in_type[area.deposit_type.id] += 1
        why = area.explanation
        identity, label = names[position]
        nearest = area.nearest[0] if area.nearest else None
        learned = why.learned.rank if why.learned else np.nan
        rows.append(
            {
                "id": identity,
                "label": label,
                "rank": position + 1,
                "rank_in_type": in_type[area.deposit_type.id],
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
                "conservative_score": area.conservative_score,
                "top10_share": shares[position],
                "rank_p10": ranks[position][0],
                "rank_p90": ranks[position][1],
                "rank_in_type_p10": of_type[position][0],
                "rank_in_type_p90": of_type[position][1],
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
    "conservative_score",
    "top10_share",
    "rank_p10",
    "rank_p90",
    "rank_in_type_p10",
    "rank_in_type_p90",
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
