"""From maps and points to a posterior: each map weighted in its own way, then tested.

The maps share one grid.  How each is weighted, and where it is cut, is told map by map.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geodata.errors import GeodataError, LayerFormatError, TrainingPointsError
from geodata.methods.weights_of_evidence.choices import CAUTION, Kind
from geodata.methods.weights_of_evidence.class_areas import Counts, class_name
from geodata.methods.weights_of_evidence.evidence_raster import (
    EvidenceRaster,
    require_same_grid,
)
from geodata.methods.weights_of_evidence.generalisation import Choice, choose
from geodata.methods.weights_of_evidence.independence import (
    Omnibus,
    PairTest,
    omnibus,
    pairwise,
)
from geodata.methods.weights_of_evidence.map_weights import (
    OUTSIDE,
    MapWeights,
    binary_weights,
    class_weights,
)
from geodata.methods.weights_of_evidence.point_file import PointPlaces
from geodata.methods.weights_of_evidence.posterior import Posterior, posterior
from geodata.methods.weights_of_evidence.weights import (
    WeightsTable,
    weights_of_evidence,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """How one map is weighted.

    Attributes
    ----------
    kind : Kind
        What a row of its table stands for.
    cut : float or None
        Class to cut it at.  None: the best that is no patch where the kind is
        cumulative, and weights for the classes where it is not.
    """

    kind: Kind
    cut: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedMap:
    """One map of a combination.

    Attributes
    ----------
    name : str
        Of its file.
    table : WeightsTable
        All its classes.
    weights : MapWeights
        What it adds to the log odds.
    choice : Choice or None
        Row at which it was cut; None where classes have their own weights.
    cut : float or None
        Class at which it was cut, or which stands against the only other one; None
        where there are more weights than two.
    """

    name: str
    table: WeightsTable
    weights: MapWeights
    choice: Choice | None
    cut: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Maps, their posterior, and whether they are independent.

    Attributes
    ----------
    maps : tuple of WeightedMap
        In the order in which they came.
    posterior : Posterior
        On their grid.
    omnibus : Omnibus
        Test of all maps.
    pairs : tuple of PairTest
        Tests of the maps with two weights, numbered as in ``maps``.
    points_beside : int
        Points on ground that no map knows; they took no part.
    """

    maps: tuple[WeightedMap, ...]
    posterior: Posterior
    omnibus: Omnibus
    pairs: tuple[PairTest, ...]
    points_beside: int


def combine(
    rasters: Sequence[EvidenceRaster],
    places: PointPlaces,
    treatments: Sequence[Treatment],
    *,
    unit_area_km2: float = 1.0,
    confidence: float = CAUTION,
) -> Combination:
    """Weight every map, and combine them to one posterior.

    Parameters
    ----------
    rasters : sequence of EvidenceRaster
        At least one, all on one grid.
    places : PointPlaces
        In their reference system.
    treatments : sequence of Treatment
        One a map, in the same order.
    unit_area_km2 : float
        Area of the unit cell, square kilometres, positive.
    confidence : float
        Studentised contrast below which a cut is cautioned against, and a class of
        kind ``categorical`` has no weight of its own; 0 or more.

    Raises
    ------
    GridMismatchError
        If the maps lie on different grids.
    LayerFormatError
        If a map knows no cell, or is the same everywhere.
    TrainingPointsError
        If points and unit cells do not allow weights, or every class of a map that
        is to be cut touched a patch.
    ValueError
        If there are not as many treatments as maps, a map has no such class to cut
        at, a cut leaves nothing outside, or a number is out of its range.
    """
    if not rasters or len(rasters) != len(treatments):
        raise ValueError(
            "Expected at least one map and a treatment for each; got "
            f"{len(rasters)} maps and {len(treatments)} treatments."
        )
    if not confidence >= 0.0:
        raise ValueError(f"Expected a confidence of 0 or more; got {confidence}.")
    if not (np.isfinite(unit_area_km2) and unit_area_km2 > 0.0):
        raise ValueError(f"The unit cell has a positive area; got {unit_area_km2} km².")
    require_same_grid(rasters)
    cells = rasters[0].cell_of(places.x, places.y)
    inside = cells[cells >= 0]
    maps, groups = [], []
    for raster, treatment in zip(rasters, treatments, strict=True):
        try:
            one = _weighted(raster, cells, treatment, unit_area_km2, confidence)
        except (GeodataError, ValueError) as error:
            raise type(error)(f"{raster.name}: {error}") from error
        maps.append(one)
        groups.append(one.weights.group_of(raster.values))
    at_points = np.stack([one.reshape(-1)[inside] for one in groups])
    known = int((at_points >= 0).any(axis=0).sum())
    found = posterior(
        groups,
        [one.weights for one in maps],
        points=known,
        cell_area_km2=rasters[0].cell_area_km2,
        unit_area_km2=unit_area_km2,
    )
    return Combination(
        maps=tuple(maps),
        posterior=found,
        omnibus=omnibus(found),
        pairs=_pairs(maps, at_points),
        points_beside=len(cells) - known,
    )


def _pairs(maps: Sequence[WeightedMap], at_points: Counts) -> tuple[PairTest, ...]:
    """Test each pair of maps with two weights, numbered as all maps are."""
    two = [number for number, one in enumerate(maps) if len(one.weights.names) == 2]
    patterns = np.where(at_points < 0, np.nan, at_points.astype(np.float64))[two]
    return tuple(
        replace(test, first=two[test.first], second=two[test.second])
        for test in pairwise(patterns)
    )


def _weighted(
    raster: EvidenceRaster,
    cells: Counts,
    treatment: Treatment,
    unit_area_km2: float,
    confidence: float,
) -> WeightedMap:
    """Cut a map in two, or give its classes their own weights."""
    areas = raster.areas(cells)
    kind = treatment.kind
    table = weights_of_evidence(areas, kind=kind, unit_area_km2=unit_area_km2)
    if len(table.classes) == 1:
        raise LayerFormatError(
            f"All known cells have the value {class_name(table.classes[0])}: the map "
            "cannot be cut in two. Leave it out; or, if its no-data cells mean 'not "
            "there', give them a value of their own."
        )
    if treatment.cut is None and not kind.cumulative:
        own = class_weights(table, areas, confidence=confidence)
        two = own.names == (OUTSIDE, "inside")
        cut = float(own.classes[own.groups == 1][0]) if two else None
        return WeightedMap(
            name=raster.name, table=table, weights=own, choice=None, cut=cut
        )
    wanted = None if treatment.cut is None else raster.as_stored(treatment.cut)
    choice = choose(table, class_value=wanted, confidence=confidence)
    if choice is None:
        raise TrainingPointsError(
            "The map cannot be cut in two: every class touched a patch. Leave it out, "
            "or name a class with --cut for this map."
        )
    if kind.cumulative and choice.row == len(table.classes) - 1:
        raise ValueError(
            f"A cut at {class_name(choice.class_value)} of kind '{kind}' leaves "
            "nothing outside: it is the last class. Choose another class."
        )
    return WeightedMap(
        name=raster.name,
        table=table,
        weights=binary_weights(table, choice.row),
        choice=choice,
        cut=choice.class_value,
    )
