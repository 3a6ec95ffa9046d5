"""How much ground and how many points each class of a map has, counted once.

Whole numbers are counted as they stand, part by part, so that nothing of the map is
copied whole; other values are numbered through a hash table of their bits, part by
part too.  Either way the time does not depend on the number of classes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import LayerFormatError

Values = npt.NDArray[np.generic]
Doubles = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PART_CELLS = 1 << 18  # what is cast to the counting type at once; fits the cache
_MOST_BINS = 1 << 17  # classes of a map that is counted without a hash table
_INEXACT = 2.0**53  # from here on whole numbers share their doubles


def class_name(value: float) -> str:
    """Return a class as text: a whole number in full, others to six digits.

    >>> class_name(16777217.0), class_name(0.1234567)
    ('16777217', '0.123457')
    """
    whole = float(value).is_integer() and abs(value) < _INEXACT
    return f"{value:.0f}" if whole else f"{value:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAreas:
    """Ground and points of each class of one map.

    Attributes
    ----------
    classes : array of float64, shape (classes,)
        Values that occur on known cells, ascending.
    area_km2 : array of float64, shape (classes,)
        Ground of each class, square kilometres; positive.
    points : array of int64, shape (classes,)
        Points on each class; those in one place all count.
    missing_km2 : float
        Ground on which the map says nothing.
    points_missing : int
        Points there, or beside the map.
    """

    classes: Doubles
    area_km2: Doubles
    points: Counts
    missing_km2: float
    points_missing: int


def class_areas(
    values: Values,
    point_values: npt.ArrayLike,
    *,
    cell_area_km2: float | Doubles,
    missing: Sequence[float] = (),
) -> ClassAreas:
    """Measure the classes of a map and count the points on each.

    Parameters
    ----------
    values : array of numbers, shape (rows, columns) or (cells,)
        Class, or any value, of each cell.  NaN, infinite values (a division by
        zero, the logarithm of nothing) and cells masked in a
        ``numpy.ma.MaskedArray`` are missing.
    point_values : array of numbers, shape (points,)
        Value of the cell under each point, one entry a point, rounded as the cells
        are; NaN where a point lies beside the map or on a masked cell.
    cell_area_km2 : float or array of float64, shape (rows,)
        Ground of a cell, square kilometres, positive; per row where it changes
        with latitude.
    missing : sequence of float
        Values that mean "not known"; those that the cells cannot hold mean nothing.

    Raises
    ------
    LayerFormatError
        If no cell is known, or whole numbers are too large to be told apart.
    ValueError
        If there are no cells, a cell area is not positive and finite, or there is
        not one per row.

    Examples
    --------
    >>> import numpy as np
    >>> found = class_areas(
    ...     np.array([[1, 1, 2], [2, 2, -1]]), [1, 2, 2, -1],
    ...     cell_area_km2=0.25, missing=(-1,),
    ... )
    >>> found.classes, found.area_km2, found.points, found.points_missing
    (array([1., 2.]), array([0.5 , 0.75]), array([1, 2]), 1)
    """
    known: Flags | None = None
    if isinstance(values, np.ma.MaskedArray):
        mask = np.ma.getmask(values)
        known = None if mask is np.ma.nomask else ~np.atleast_1d(mask)
        values = np.ma.getdata(values)
    cells = np.atleast_1d(values)
    if not cells.size:
        raise ValueError(
            f"A map has at least one cell; got an array of shape {cells.shape}."
        )
    if cells.dtype.kind == "b":
        cells = cells.view(np.uint8)
    area = _checked_area(cell_area_km2, cells)
    classes, ground = _ground(
        _Map(cells=cells, known=known, area=area), _of_type(missing, cells.dtype)
    )
    if not len(classes):
        raise LayerFormatError(
            f"None of the {cells.size:,} cells of the map is known. Weights need a map "
            "with values; look at its no-data value and at --missing."
        )
    total = float(np.broadcast_to(area, cells.shape[:1]).sum())
    total *= cells.size // cells.shape[0]
    points = _points(classes, _as_stored(point_values, cells.dtype))
    return ClassAreas(
        classes=classes,
        area_km2=ground,
        points=points,
        missing_km2=max(0.0, total - float(ground.sum())),
        points_missing=int(np.size(point_values) - points.sum()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Map:
    cells: Values
    known: Flags | None
    area: Doubles

    def parts(self, missing: Values) -> Iterator[tuple[Values, Doubles | None]]:
        """Yield known values and, where it changes, their ground, some rows a time."""
        cells = self.cells
        rows = max(1, _PART_CELLS // max(1, cells.size // cells.shape[0]))
        for start in range(0, cells.shape[0], rows):
            here = slice(start, start + rows)
            part = cells[here]
            use = np.ones(part.shape, bool) if self.known is None else self.known[here]
            if part.dtype.kind == "f":
                use = use & np.isfinite(part)
            for value in missing:
                use = use & (part != value)
            every = bool(use.all())
            ground = None
            if self.area.ndim:
                column = self.area[here].reshape(-1, *(1,) * (part.ndim - 1))
                wide = np.broadcast_to(column, part.shape)
                ground = wide.reshape(-1) if every else wide[use]
            yield part.reshape(-1) if every else part[use], ground


def _checked_area(cell_area_km2: float | Doubles, cells: Values) -> Doubles:
    area = np.asarray(cell_area_km2, dtype=np.float64)
    if area.shape not in {(), cells.shape[:1]}:
        raise ValueError(
            f"Expected one cell area, or one for each of {cells.shape[0]} rows; got an "
            f"array of shape {area.shape}."
        )
    if not (np.isfinite(area).all() and (area > 0.0).all()):
        raise ValueError(f"A cell area is positive; got {cell_area_km2} km².")
    return area


def _of_type(missing: Sequence[float], dtype: np.dtype[Any]) -> Values:
    """Return the values that cells of a type can have, as that type rounds them."""
    if dtype.kind == "f":
        return _finite(missing, dtype)
    limits = np.iinfo(dtype)
    whole = [
        int(value)
        for value in missing
        if float(value).is_integer() and limits.min <= value <= limits.max
    ]
    return np.asarray(whole, dtype=dtype)


def _finite(numbers: npt.ArrayLike, dtype: np.dtype[Any]) -> Values:
    """Return numbers as a type rounds them, without those beyond its range."""
    with np.errstate(over="ignore"):
        rounded = np.asarray(numbers, dtype=np.float64).astype(dtype).ravel()
    finite: Values = rounded[np.isfinite(rounded)]
    return finite


def _as_stored(point_values: npt.ArrayLike, dtype: np.dtype[Any]) -> Doubles:
    """Return the known values at points: 0.1 of a map of float32 is not quite 0.1."""
    stored = dtype if dtype.kind == "f" else np.dtype(np.float64)
    return _finite(point_values, stored).astype(np.float64)


def _points(classes: Doubles, at_points: Doubles) -> Counts:
    place = np.searchsorted(classes, at_points)
    place[place == len(classes)] = 0  # beyond all classes; equal to none
    hit = classes[place] == at_points
    return np.bincount(place[hit], minlength=len(classes)).astype(np.int64)


def _ground(found: _Map, missing: Values) -> tuple[Doubles, Doubles]:
    """Return the values that occur on known cells, ascending, and their ground."""
    span = _span_of_whole_numbers(found, missing)
    if span is not None:
        sums = _counted(found, missing, *span)
        here = np.flatnonzero(sums)
        return (here + span[0]).astype(np.float64), sums[here]
    distinct, sums = _hashed(found, missing)
    classes = distinct.astype(np.float64) + 0.0  # no -0
    if distinct.dtype.kind in "iu" and (np.abs(classes) >= _INEXACT).any():
        raise LayerFormatError(
            f"The map has whole numbers from {classes[0]:.0f} to {classes[-1]:.0f}; "
            "beyond 2^53 they cannot be told apart. Number its classes anew."
        )
    return classes, sums


def _span_of_whole_numbers(found: _Map, missing: Values) -> tuple[int, int] | None:
    """Return the least value and the span, or None where counting needs a table."""
    low, high = np.inf, -np.inf
    for part, _ in found.parts(missing):
        if not len(part):
            continue
        low, high = min(low, float(part.min())), max(high, float(part.max()))
        if high - low >= _MOST_BINS or max(high, -low) >= _INEXACT:
            return None
        if part.dtype.kind == "f" and not bool(np.all(np.rint(part) == part)):
            return None
    return (int(low), int(high - low) + 1) if low <= high else (0, 1)


def _counted(found: _Map, missing: Values, first: int, bins: int) -> Doubles:
    """Return the ground of each whole number from ``first``."""
    counts = np.zeros(bins, dtype=np.int64)
    ground = np.zeros(bins)
    for part, weights in found.parts(missing):
        codes = part.astype(np.intp) - first
        if weights is None:
            counts += np.bincount(codes, minlength=bins)
        else:
            ground = ground + np.bincount(codes, weights=weights, minlength=bins)
    if found.area.ndim == 0:
        ground = counts.astype(np.float64) * float(found.area)
    return ground


def _hashed(found: _Map, missing: Values) -> tuple[Values, Doubles]:
    """Return the values that occur, ascending, and their ground, by their bits."""
    values, sums = [], []
    for part, weights in found.parts(missing):
        codes, bits = pd.factorize(part.view(f"u{part.itemsize}"))
        values.append(bits.view(part.dtype))
        sums.append(np.bincount(codes, weights=weights, minlength=len(bits)))
    distinct, place = np.unique(np.concatenate(values), return_inverse=True)
    ground = np.bincount(
        place, weights=np.concatenate(sums), minlength=len(distinct)
    ).astype(np.float64)
    if found.area.ndim == 0:
        ground = ground * float(found.area)
    return distinct, ground
