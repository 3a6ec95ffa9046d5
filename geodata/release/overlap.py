"""How much areas overlap, on the ground."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geodata.raster import corners_to_equal_area

SAME_PLACE = 0.5
"""Intersection over union from which two outlines are the same place."""

_DECIMALS, _KM2_DECIMALS = 6, 3  # beyond is noise of the projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaps:
    """Pairs of areas that share ground, in no particular order.

    Attributes
    ----------
    left, right : array of int64, shape (pairs,)
        Positions in the two lists.
    iou : array of float64, shape (pairs,)
        Intersection over union, above 0 to 1, to six decimals.
    shared_km2 : array of float64, shape (pairs,)
        Ground that both cover, square kilometres, to the thousandth.
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    iou: npt.NDArray[np.float64]
    shared_km2: npt.NDArray[np.float64]

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Overlaps":
        """Return the pairs that a mask marks."""
        return Overlaps(
            left=self.left[chosen],
            right=self.right[chosen],
            iou=self.iou[chosen],
            shared_km2=self.shared_km2[chosen],
        )

    def covering_most(
        self, names: npt.NDArray[np.object_]
    ) -> dict[int, tuple[str, float]]:
        """Find, for each area of the left list, the one that shares most of its ground.

        Parameters
        ----------
        names : array of str
            Of the areas of the right list; the first by name wins a tie.

        Returns
        -------
        dict of int to (str, float)
            Position in the left list → name of the other area, and their intersection
            over union.
        """
        found: dict[int, tuple[str, float]] = {}
        for pair in np.lexsort((names[self.right], -self.shared_km2)):
            area = int(self.left[pair])
            found.setdefault(
                area, (str(names[self.right[pair]]), float(self.iou[pair]))
            )
        return found


def overlaps(
    left: Sequence[shapely.Geometry], right: Sequence[shapely.Geometry]
) -> Overlaps:
    """Find every pair of two lists of areas that shares ground.

    Parameters
    ----------
    left, right : sequence of Polygon or MultiPolygon
        Outlines of cells; longitude and latitude, degrees, WGS 84.  They are measured
        in the projection of the grid, in which their edges are straight.
    """
    own, others = _on_the_ground(left), _on_the_ground(right)
    own_at, other_at = shapely.STRtree(others).query(own, predicate="intersects")
    shared = shapely.area(shapely.intersection(own[own_at], others[other_at]))
    together = shapely.area(own[own_at]) + shapely.area(others[other_at]) - shared
    iou = np.round(shared / together, _DECIMALS)
    found = Overlaps(
        left=own_at,
        right=other_at,
        iou=iou,
        shared_km2=np.round(shared / 1e6, _KM2_DECIMALS),
    )
    return found.where(iou > 0)


def _on_the_ground(
    areas: Sequence[shapely.Geometry],
) -> npt.NDArray[np.object_]:
    return np.asarray(corners_to_equal_area(np.array(areas, dtype=object)))
