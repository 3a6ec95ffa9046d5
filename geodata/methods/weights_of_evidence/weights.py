"""Weights of evidence: how strongly points keep to, or avoid, the classes of a map.

Everything is counted in unit cells: areas are divided by the area of the unit cell,
each of which may hold one point.  Points are points; several in one cell of the map
all count.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.errors import TrainingPointsError
from geodata.methods.weights_of_evidence.choices import Kind
from geodata.methods.weights_of_evidence.class_areas import (
    ClassAreas,
    Counts,
    Doubles,
    Flags,
)
from geodata.methods.weights_of_evidence.patches import (
    Fourfold,
    Patch,
    fourfold,
    fourfold_of_pixels,
)

COLUMNS = (
    "class",
    "area_km2",
    "area_units",
    "points",
    "w_plus",
    "s_w_plus",
    "w_minus",
    "s_w_minus",
    "contrast",
    "s_contrast",
    "studentised_contrast",
)
"""Columns of a weights table, in the order in which it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsTable:
    """Weights of the classes of one map; arrays have one entry a row.

    Attributes
    ----------
    kind : Kind
        What a row stands for.
    unit_area_km2 : float
        Area of the unit cell, square kilometres.
    classes : array of float64
        Class value; ascending, or descending for that kind.
    area_km2, area_units : array of float64
        Ground of the row, square kilometres and unit cells; accumulated where
        the kind is cumulative, as the points are.
    points : array of int64
        Points on it.
    w_plus, s_w_plus, w_minus, s_w_minus : array of float64
        Weights where the pattern is and is not, and their standard deviations.
    contrast, s_contrast, studentised_contrast : array of float64
        ``w_plus - w_minus``, its standard deviation, and their quotient.
    patches : array of uint8
        :class:`Patch` flags; a row other than 0 holds numbers that the patches made.
    study_units : float
        Known ground, unit cells.
    study_points : int
        Points on it.
    missing_km2, points_missing : float, int
        Ground and points that took no part.
    """

    kind: Kind
    unit_area_km2: float
    classes: Doubles
    area_km2: Doubles
    area_units: Doubles
    points: Counts
    w_plus: Doubles
    s_w_plus: Doubles
    w_minus: Doubles
    s_w_minus: Doubles
    contrast: Doubles
    s_contrast: Doubles
    studentised_contrast: Doubles
    patches: npt.NDArray[np.uint8]
    study_units: float
    study_points: int
    missing_km2: float
    points_missing: int

    @property
    def patched(self) -> Flags:
        """True for the rows whose numbers a patch made."""
        flags: Flags = self.patches != np.uint8(Patch.NONE)
        return flags

    @property
    def prior(self) -> float:
        """Points per unit cell of known ground."""
        return self.study_points / self.study_units


def weights_of_evidence(
    areas: ClassAreas,
    *,
    kind: Kind,
    unit_area_km2: float = 1.0,
    presence_pixels: bool = False,
) -> WeightsTable:
    r"""Compute the weights of every class.

    Parameters
    ----------
    areas : ClassAreas
        Ground and points per class.
    kind : Kind
        What a row stands for.
    unit_area_km2 : float
        Area of the unit cell, square kilometres, positive.
    presence_pixels : bool
        Only to agree with EIS Toolkit: it counts cells that hold a point, whose
        area is then the unit, and patches each count apart.  ``areas`` must have
        been made of such cells.

    Raises
    ------
    TrainingPointsError
        If no point lies on known ground, or points leave no unit cell empty where
        the weights need one.
    ValueError
        If the unit area is not positive and finite.

    Notes
    -----
    With ``s`` unit cells and ``d`` points in all, ``b`` and ``d_b`` in the pattern:

    .. math::

        W^+ = \ln\frac{d_b/d}{(b-d_b)/(s-d)}, \qquad
        W^- = \ln\frac{(d-d_b)/d}{(s-b-d+d_b)/(s-d)},

        s^2(W^+) = \frac{1}{d_b} + \frac{1}{b-d_b}, \qquad
        s^2(W^-) = \frac{1}{d-d_b} + \frac{1}{s-b-d+d_b}.

    Before that, in this order: all points in the pattern, ``d_b -= 0.99``; no
    more ground than points outside it, ``b = s + d_b - d - 0.99``; no more ground
    than points inside it, ``b = d_b + 1``; no points in it, all numbers are 0.

    References
    ----------
    Bonham-Carter, G. F. (1994). Geographic Information Systems for Geoscientists,
    chapter 9.  The patches are those of the Spatial Data Modeller as Geoscience
    Australia's scripts for weights of evidence have them.

    Examples
    --------
    A hundred unit cells, ten points, of which eight on twenty cells:

    >>> import numpy as np
    >>> areas = ClassAreas(
    ...     classes=np.array([1.0, 2.0]), area_km2=np.array([20.0, 80.0]),
    ...     points=np.array([8, 2]), missing_km2=0.0, points_missing=0,
    ... )
    >>> table = weights_of_evidence(areas, kind=Kind.UNIQUE)
    >>> table.w_plus[0].round(4), table.w_minus[0].round(4)
    (np.float64(1.7918), np.float64(-1.4663))
    """
    if not (np.isfinite(unit_area_km2) and unit_area_km2 > 0.0):
        raise ValueError(f"The unit cell has a positive area; got {unit_area_km2} km².")
    kind = Kind(kind)
    order = slice(None, None, -1 if kind is Kind.DESCENDING else 1)
    area_km2, points = areas.area_km2[order], areas.points[order]
    if kind.cumulative:
        area_km2, points = np.cumsum(area_km2), np.cumsum(points)
    area_units = area_km2 / unit_area_km2
    s = float(area_units[-1] if kind.cumulative else area_units.sum())
    d = int(areas.points.sum())
    if d == 0:
        raise TrainingPointsError(
            f"None of the {areas.points_missing} points lies on known ground of the "
            "map; weights need at least one. Check that both are of the same place."
        )
    patch = fourfold_of_pixels if presence_pixels else fourfold
    counts = patch(area_units, points.astype(np.float64), s, float(d))
    _require_ground(counts, areas, area_units, s, d)
    weights = _weights(counts, s, float(d))
    return WeightsTable(
        kind=kind,
        unit_area_km2=float(unit_area_km2),
        classes=areas.classes[order],
        area_km2=area_km2,
        area_units=area_units,
        points=points,
        **weights,
        patches=counts.patches,
        study_units=s,
        study_points=d,
        missing_km2=areas.missing_km2,
        points_missing=areas.points_missing,
    )


def _require_ground(
    counts: Fourfold, areas: ClassAreas, units: Doubles, s: float, d: int
) -> None:
    """Refuse points that leave no empty unit cell where a logarithm needs one."""
    unit = areas.area_km2.sum() / s
    if d >= s:
        raise TrainingPointsError(
            f"{d:,} points lie on {s:,.6g} unit cells of {unit:g} km²; each may hold "
            f"one, and some must be empty. Choose a unit cell smaller than "
            f"{unit * s / d:.4g} km², or keep one point of those that lie together."
        )
    bad = counts.used & ((counts.empty_in <= 0.0) | (counts.empty_out <= 0.0))
    if bad.any():
        row = int(np.argmax(bad))
        raise TrainingPointsError(
            f"Row {row + 1} of the table has {units[row]:,.6g} unit cells of {unit:g} "
            f"km², all {s:,.6g} hold {d:,} points: too little empty ground is left to "
            "compute weights. Choose a smaller unit cell, or keep one point of those "
            "that lie together."
        )


def _weights(counts: Fourfold, s: float, d: float) -> dict[str, Doubles]:
    """Take the logarithms; rows without a point are 0."""
    used = counts.used
    points_in, empty_in, points_out, empty_out = (
        np.where(used, numbers, 1.0)
        for numbers in (
            counts.points_in,
            counts.empty_in,
            counts.points_out,
            counts.empty_out,
        )
    )
    w_plus = np.log((points_in / d) / (empty_in / (s - d)))
    w_minus = np.log((points_out / d) / (empty_out / (s - d)))
    var_plus = 1.0 / points_in + 1.0 / empty_in
    var_minus = 1.0 / points_out + 1.0 / empty_out
    contrast, s_contrast = w_plus - w_minus, np.sqrt(var_plus + var_minus)
    found = {
        "w_plus": w_plus,
        "s_w_plus": np.sqrt(var_plus),
        "w_minus": w_minus,
        "s_w_minus": np.sqrt(var_minus),
        "contrast": contrast,
        "s_contrast": s_contrast,
        "studentised_contrast": contrast / s_contrast,
    }
    return {name: np.where(used, numbers, 0.0) for name, numbers in found.items()}
