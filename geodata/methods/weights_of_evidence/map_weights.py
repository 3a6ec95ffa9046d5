"""What a map adds to the log odds: groups of its classes and a weight for each."""

from dataclasses import dataclass

import numpy as np

from geodata.methods.weights_of_evidence.choices import CAUTION, Kind
from geodata.methods.weights_of_evidence.class_areas import (
    ClassAreas,
    Counts,
    Doubles,
    Flags,
    Values,
    class_name,
)
from geodata.methods.weights_of_evidence.weights import (
    WeightsTable,
    weights_of_evidence,
)

OUTSIDE = "outside"
_LONGEST_TABLE = 1 << 20  # entries of a table of all whole numbers between classes


@dataclass(frozen=True, slots=True, kw_only=True)
class MapWeights:
    """Groups of the classes of one map, and a weight for each.

    Attributes
    ----------
    classes : array of float64, shape (classes,)
        Class values, ascending.
    groups : array of int64, shape (classes,)
        Group of each class, from 0.
    names : tuple of str, length groups
        ``"inside"`` and ``"outside"`` when the map was cut in two; class values and
        ``"outside"`` otherwise.
    weights, deviations : array of float64, shape (groups,)
        Weight and its standard deviation.
    shares : array of float64, shape (groups,)
        Share of the known ground, sums to 1.
    patched : bool
        True when a patch made one of the weights.
    """

    classes: Doubles
    groups: Counts
    names: tuple[str, ...]
    weights: Doubles
    deviations: Doubles
    shares: Doubles
    patched: bool

    def group_of(self, values: Values) -> Counts:
        """Return the group of each cell; -1 where the value is none of the classes.

        >>> import numpy as np
        >>> two = MapWeights(
        ...     classes=np.array([1.0, 2.0]), groups=np.array([1, 0]),
        ...     names=("inside", "outside"), weights=np.array([1.0, -1.0]),
        ...     deviations=np.array([0.1, 0.1]), shares=np.array([0.5, 0.5]),
        ...     patched=False,
        ... )
        >>> two.group_of(np.array([2.0, 1.0, np.nan]))
        array([ 0,  1, -1])
        """
        plain = np.ma.getdata(values)
        first, last = self.classes[0], self.classes[-1]
        whole = bool(np.all(np.rint(self.classes) == self.classes))
        if plain.dtype.kind in "iu" and whole and last - first < _LONGEST_TABLE:
            table = np.full(int(last - first) + 2, -1, dtype=np.int64)
            table[(self.classes - first).astype(np.int64)] = self.groups
            number = plain.astype(np.int64) - int(first)
            number[(number < 0) | (number > int(last - first))] = -1
            found = table[number]
        else:
            place = np.searchsorted(self.classes, plain)
            place[place == len(self.classes)] = 0
            found = np.where(self.classes[place] == plain, self.groups[place], -1)
        return np.where(np.ma.getmaskarray(values), -1, found)


def binary_weights(table: WeightsTable, row: int) -> MapWeights:
    """Cut a map in two at a row: ``W+`` inside, ``W-`` outside.

    Examples
    --------
    >>> import numpy as np
    >>> areas = ClassAreas(
    ...     classes=np.array([1.0, 2.0]), area_km2=np.array([20.0, 80.0]),
    ...     points=np.array([8, 2]), missing_km2=0.0, points_missing=0,
    ... )
    >>> cut = binary_weights(weights_of_evidence(areas, kind=Kind.ASCENDING), 0)
    >>> dict(zip(cut.names, cut.weights.round(3).tolist()))
    {'outside': -1.466, 'inside': 1.792}
    """
    inside = np.arange(len(table.classes)) == row
    if table.kind.cumulative:
        inside = np.arange(len(table.classes)) <= row
    order = np.argsort(table.classes)
    share = float(table.area_units[row]) / table.study_units
    return MapWeights(
        classes=table.classes[order],
        groups=inside[order].astype(np.int64),
        names=(OUTSIDE, "inside"),
        weights=np.array([table.w_minus[row], table.w_plus[row]]),
        deviations=np.array([table.s_w_minus[row], table.s_w_plus[row]]),
        shares=np.array([1.0 - share, share]),
        patched=bool(table.patched[row]),
    )


def class_weights(
    table: WeightsTable, areas: ClassAreas, *, confidence: float = CAUTION
) -> MapWeights:
    """Give classes their own weights.

    Parameters
    ----------
    table : WeightsTable
        ``unique``: every class keeps its own ``W+``; of two, the one with the larger
        contrast does, and the other has its ``W-``.  ``categorical``: so do those
        whose studentised contrast reaches the confidence, either way, and no patch
        made; all others together are outside of those, with the ``W-`` of them.
    areas : ClassAreas
        What the table was made of.
    confidence : float
        Least size of the studentised contrast.

    Raises
    ------
    ValueError
        If the table is cumulative, which is cut in two instead, or the confidence
        is negative.
    """
    if not confidence >= 0.0:
        raise ValueError(f"Expected a confidence of 0 or more; got {confidence}.")
    if table.kind.cumulative:
        raise ValueError(f"A table of kind '{table.kind}' is cut in two, not grouped.")
    if table.kind is Kind.UNIQUE and len(table.classes) == 2:
        return binary_weights(table, int(np.argmax(table.contrast)))
    kept = np.ones(len(table.classes), dtype=bool)
    if table.kind is Kind.CATEGORICAL:
        strong = np.abs(table.studentised_contrast) >= confidence
        kept = strong & ~table.patched
    weights, deviations = table.w_plus[kept], table.s_w_plus[kept]
    shares = table.area_units[kept] / table.study_units
    names = tuple(map(class_name, table.classes[kept]))
    groups = np.cumsum(kept) - 1
    patched = bool(table.patched[kept].any())
    if not kept.all():
        groups = np.where(kept, groups, len(names))
        names = (*names, OUTSIDE)
        weight, deviation, touched = _outside(table, areas, kept)
        weights, deviations = (
            np.append(weights, weight),
            np.append(deviations, deviation),
        )
        shares = np.append(shares, 1.0 - shares.sum())
        patched |= touched
    return MapWeights(
        classes=table.classes,
        groups=groups.astype(np.int64),
        names=names,
        weights=weights,
        deviations=deviations,
        shares=shares,
        patched=patched,
    )


def _outside(
    table: WeightsTable, areas: ClassAreas, kept: Flags
) -> tuple[float, float, bool]:
    """Return ``W-`` of all kept classes together, its deviation, and if patched."""
    if not kept.any():
        return 0.0, 0.0, False  # the map tells nothing
    pattern = ClassAreas(
        classes=np.array([0.0, 1.0]),
        area_km2=np.array([areas.area_km2[~kept].sum(), areas.area_km2[kept].sum()]),
        points=np.array([areas.points[~kept].sum(), areas.points[kept].sum()]),
        missing_km2=areas.missing_km2,
        points_missing=areas.points_missing,
    )
    both = weights_of_evidence(
        pattern, kind=Kind.UNIQUE, unit_area_km2=table.unit_area_km2
    )
    return float(both.w_minus[1]), float(both.s_w_minus[1]), bool(both.patched[1])
