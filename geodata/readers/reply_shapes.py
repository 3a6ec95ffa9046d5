"""Shapes as coordinates and offsets, from which nothing but shapes can be made again.

Not as well-known binary: nested without end, it makes the library crash.  Every offset
is checked before it is followed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geodata.readers.projection import Geometries

Offsets = npt.NDArray[np.int64]

_COLLECTION = 7
_LEVELS = {0: 0, 1: 1, 3: 2, 4: 1, 5: 2, 6: 3}  # lists of offsets of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainShapes:
    """Geometries of all kinds as coordinates.

    Attributes
    ----------
    kinds : array of int8, shape (rows,)
        As GEOS counts them; -1 = none.
    coordinates : tuple of array of float64, shape (positions, 2)
        Of each kind of ``_LEVELS``, in its order.
    offsets : tuple of tuple of array of int64
        Of each kind, where its rings and parts begin, the innermost first.
    counts : array of int64
        Members of each collection.
    members : PlainShapes or None
        Of all collections; none of these is a collection.
    """

    kinds: npt.NDArray[np.int8]
    coordinates: tuple[npt.NDArray[np.float64], ...]
    offsets: tuple[tuple[Offsets, ...], ...]
    counts: Offsets
    members: "PlainShapes | None"

    @classmethod
    def of(cls, shapes: Geometries, *, inside: bool = False) -> "PlainShapes":
        """Take geometries apart.

        Raises
        ------
        TypeError
            If there is a collection inside a collection, or a ring alone.
        """
        kinds = shapely.get_type_id(shapes).astype(np.int8)
        collections = shapes[kinds == _COLLECTION]
        if not {*kinds.tolist()} <= {-1, *_LEVELS} | (
            set() if inside else {_COLLECTION}
        ):
            raise TypeError("A child does not answer with such geometries.")
        ragged = [_taken_apart(shapes[kinds == kind]) for kind in _LEVELS]
        parts = shapely.get_parts(collections)
        return cls(
            kinds=kinds,
            coordinates=tuple(one[0] for one in ragged),
            offsets=tuple(one[1] for one in ragged),
            counts=shapely.get_num_geometries(collections).astype(np.int64),
            members=cls.of(parts, inside=True) if len(collections) else None,
        )

    def shapes(self, *, inside: bool = False) -> Geometries:
        """Put the geometries together again.

        Raises
        ------
        ValueError
            If offsets lead nowhere, or the numbers do not fit each other.
        """
        made: Geometries = np.full(len(self.kinds), None, dtype=object)
        left = ~np.isin(self.kinds, [-1, *_LEVELS])
        kinds = zip(_LEVELS, self.coordinates, self.offsets, strict=True)
        for kind, coordinates, offsets in kinds:
            here = self.kinds == kind
            if here.any():
                _require_sound_offsets(kind, coordinates, offsets, int(here.sum()))
                made[here] = shapely.from_ragged_array(
                    shapely.GeometryType(kind), coordinates, offsets or None
                )
        if left.any():
            if (
                inside
                or self.members is None
                or (self.kinds[left] != _COLLECTION).any()
            ):
                raise ValueError("no geometries that a file can hold")
            members = self.members.shapes(inside=True)
            ends = np.cumsum(self.counts)
            if (self.counts < 0).any() or ends[-1:].tolist() != [len(members)]:
                raise ValueError("members of collections")
            parts = np.split(members, ends[:-1])
            made[left] = [shapely.GeometryCollection([*part]) for part in parts]
        return made


def _taken_apart(
    shapes: Geometries,
) -> tuple[npt.NDArray[np.float64], tuple[Offsets, ...]]:
    if not len(shapes):
        return np.zeros((0, 2)), ()
    _, coordinates, offsets = shapely.to_ragged_array(shapes, include_z=False)
    return coordinates, tuple(one.astype(np.int64) for one in offsets)


def _require_sound_offsets(
    kind: int,
    coordinates: npt.NDArray[np.float64],
    offsets: Sequence[Offsets],
    rows: int,
) -> None:
    """Raise ValueError unless every offset lies in what it counts, and ascends."""
    if coordinates.ndim != 2 or coordinates.shape[1] != 2:
        raise ValueError("positions that are not pairs")
    if len(offsets) != _LEVELS[kind]:
        raise ValueError("levels of a geometry")
    sizes = [len(coordinates), *(len(one) - 1 for one in offsets)]
    for size, starts in zip(sizes, offsets, strict=False):
        fits = starts.ndim == 1 and len(starts) and starts[0] == 0
        if not fits or starts[-1] != size or (np.diff(starts) < 0).any():
            raise ValueError("offsets of a geometry")
    if sizes[-1] != rows:
        raise ValueError("number of geometries")
