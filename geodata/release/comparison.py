"""What changed from one release to another: areas, their ranks, and the inputs."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geodata.release.input_changes import InputChanges, compare_inputs
from geodata.release.overlap import SAME_PLACE, Overlaps, overlaps
from geodata.release.release import Release
from geodata.scoring.record import Record


class KeptArea(Record):
    """One place that is an area in both releases.

    Attributes
    ----------
    id, id_before : str
        The same along a chain of releases; releases that do not descend from each
        other may name a place differently.
    rank_in_type, rank_in_type_before : int
        1 the best.
    favourability, favourability_before : float
        0 to 1.
    area_km2, area_km2_before : float
        Square kilometres.
    overlap : float
        Intersection over union, 0.5 to 1.
    """

    id: str
    id_before: str
    rank_in_type: int
    rank_in_type_before: int
    favourability: float
    favourability_before: float
    area_km2: float
    area_km2_before: float
    overlap: float


class NewArea(Record):
    """An area that only the later release has; square kilometres, 0 to 1."""

    id: str
    rank_in_type: int
    favourability: float
    area_km2: float


class RetiredPlace(Record):
    """An area that only the earlier release has, as it stood there.

    Attributes
    ----------
    successor : str or None
        Area of its type in the later release that covers most of it; None without one.
    overlap : float or None
        Intersection over union of the two.
    """

    id: str
    rank_in_type: int
    favourability: float
    area_km2: float
    successor: str | None
    overlap: float | None


class TypeChanges(Record):
    """What became of the areas of one deposit type; each list best first."""

    deposit_type: str
    title: str
    kept: tuple[KeptArea, ...]
    new: tuple[NewArea, ...]
    retired: tuple[RetiredPlace, ...]


class Totals(Record):
    """Areas of all types; ``moved``: kept ones that have another rank in their type."""

    kept: int
    moved: int
    new: int
    retired: int


class Comparison(Record):
    """How a release, ``after``, differs from another, ``before``."""

    before: str
    after: str
    totals: Totals
    deposit_types: tuple[TypeChanges, ...]
    inputs: InputChanges


def compare(before: Release, after: Release) -> Comparison:
    """Tell how a release differs from another."""
    titles = {
        item.id: item.title
        for release in (before, after)
        for item in release.manifest.deposit_types
    }
    areas = [release.prospects for release in (before, after)]
    types = tuple(
        compare_areas(
            name, title, *(table[table["deposit_type"] == name] for table in areas)
        )
        for name, title in sorted(titles.items())
    )
    return Comparison(
        before=before.id,
        after=after.id,
        totals=_totals(types),
        deposit_types=types,
        inputs=compare_inputs(before.manifest, after.manifest),
    )


def _totals(types: Sequence[TypeChanges]) -> Totals:
    kept = [area for one in types for area in one.kept]
    return Totals(
        kept=len(kept),
        moved=sum(area.rank_in_type != area.rank_in_type_before for area in kept),
        new=sum(len(one.new) for one in types),
        retired=sum(len(one.retired) for one in types),
    )


def compare_areas(
    deposit_type: str, title: str, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame
) -> TypeChanges:
    """Pair the areas of one deposit type: by their ids, then by where they lie.

    Parameters
    ----------
    deposit_type, title : str
        Of the areas.
    before, after : GeoDataFrame, EPSG:4326
        Prospect areas of two releases.
    """
    found = overlaps(before.geometry, after.geometry)
    names = before["id"].to_numpy(), after["id"].to_numpy()
    pairs = _pairs(found, names[0][found.left] == names[1][found.right])
    rows = [table.to_dict("records") for table in (before, after)]
    kept = [
        KeptArea(
            **_standing(rows[1][new]),
            **{
                f"{key}_before": value for key, value in _standing(rows[0][old]).items()
            },
            overlap=overlap,
        )
        for old, (new, overlap) in pairs.items()
    ]
    successors = found.covering_most(names[1])
    followed = {new for new, _ in pairs.values()}
    return TypeChanges(
        deposit_type=deposit_type,
        title=title,
        kept=tuple(sorted(kept, key=lambda area: area.rank_in_type)),
        new=tuple(
            NewArea(**_standing(row))
            for position, row in enumerate(rows[1])
            if position not in followed
        ),
        retired=tuple(
            _retired(row, successors.get(position))
            for position, row in enumerate(rows[0])
            if position not in pairs
        ),
    )


def _pairs(
    found: Overlaps, same_id: npt.NDArray[np.bool_]
) -> dict[int, tuple[int, float]]:
    """Pair areas one to one: position before → position after and overlap."""
    pairs: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for pair in np.lexsort((found.right, found.left, -found.iou, ~same_id)):
        old, new, overlap = (
            int(found.left[pair]),
            int(found.right[pair]),
            float(found.iou[pair]),
        )
        if overlap >= SAME_PLACE and old not in pairs and new not in taken:
            pairs[old] = (new, overlap)
            taken.add(new)
    return pairs


def _standing(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in NewArea.model_fields}


def _retired(
    row: Mapping[Any, Any], follower: tuple[str, float] | None
) -> RetiredPlace:
    successor, overlap = follower or (None, None)
    return RetiredPlace(**_standing(row), successor=successor, overlap=overlap)
