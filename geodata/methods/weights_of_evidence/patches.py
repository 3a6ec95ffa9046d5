"""What is changed in the counts of a pattern so that its logarithms exist."""

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
import numpy.typing as npt

from geodata.methods.weights_of_evidence.class_areas import Doubles, Flags

SUBTRAHEND = 0.99  # points or unit cells, in all three toolkits we compare with


class Patch(IntFlag):
    """What was changed in a row before logarithms were taken."""

    NONE = 0
    ALL_POINTS = 1
    NO_GROUND_LEFT = 2
    MORE_POINTS_THAN_GROUND = 4
    NO_POINTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Fourfold:
    """Points and empty ground in and out of each pattern, after the patches.

    Attributes
    ----------
    points_in, points_out : array of float64, shape (rows,)
        Points on the pattern, and on the rest of the known ground.
    empty_in, empty_out : array of float64, shape (rows,)
        Unit cells without a point, likewise.
    patches : array of uint8, shape (rows,)
        :class:`Patch` flags.
    """

    points_in: Doubles
    empty_in: Doubles
    points_out: Doubles
    empty_out: Doubles
    patches: npt.NDArray[np.uint8]

    @property
    def used(self) -> Flags:
        """True for rows with a point."""
        flags: Flags = (self.patches & np.uint8(Patch.NO_POINTS)) == 0
        return flags


def fourfold(b: Doubles, d_b: Doubles, s: float, d: float) -> Fourfold:
    """Apply the patches of the Spatial Data Modeller, one after the other.

    Parameters
    ----------
    b, d_b : array of float64, shape (rows,)
        Ground of the pattern, unit cells, and points on it.
    s, d : float
        All known ground and all points on it.

    Examples
    --------
    All ten points on 40 of 100 unit cells:

    >>> import numpy as np
    >>> found = fourfold(np.array([40.0]), np.array([10.0]), 100.0, 10.0)
    >>> found.points_in.round(2), found.empty_in.round(2), Patch(found.patches[0])
    (array([9.01]), array([30.99]), <Patch.ALL_POINTS: 1>)
    """
    patches = np.where(d_b == 0.0, Patch.NO_POINTS, Patch.NONE).astype(np.uint8)
    every = (d_b == d) & (d_b > 0.0)
    d_b = np.where(every, d_b - SUBTRAHEND, d_b)
    full_out = (s - b <= d - d_b) & (d_b > 0.0)
    b = np.where(full_out, s + d_b - d - SUBTRAHEND, b)
    full_in = (b - d_b <= 0.0) & (d_b > 0.0)
    b = np.where(full_in, d_b + 1.0, b)
    for flag, rows in (
        (Patch.ALL_POINTS, every),
        (Patch.NO_GROUND_LEFT, full_out),
        (Patch.MORE_POINTS_THAN_GROUND, full_in),
    ):
        patches[rows] |= np.uint8(flag)
    return Fourfold(
        points_in=d_b,
        empty_in=b - d_b,
        points_out=d - d_b,
        empty_out=s - b - d + d_b,
        patches=patches,
    )


def fourfold_of_pixels(b: Doubles, d_b: Doubles, s: float, d: float) -> Fourfold:
    """Patch each of the four counts of pixels apart, as EIS Toolkit does.

    Parameters are those of :func:`fourfold`, in pixels; each point is a pixel.
    """
    empty_in, points_out = np.rint(b) - d_b, d - d_b
    empty_out = np.rint(s) - np.rint(b) - points_out
    every, full_out = points_out == 0.0, empty_out == 0.0
    full_in = empty_in <= 0.0
    patches = np.where(d_b == 0.0, Patch.NO_POINTS, Patch.NONE).astype(np.uint8)
    patches[every] |= np.uint8(Patch.ALL_POINTS)
    patches[full_out] |= np.uint8(Patch.NO_GROUND_LEFT)
    patches[full_in & (d_b > 0.0)] |= np.uint8(Patch.MORE_POINTS_THAN_GROUND)
    return Fourfold(
        points_in=np.where(every, d_b - SUBTRAHEND, d_b),
        empty_in=np.where(
            full_in, 1.0, np.where(full_out, empty_in - SUBTRAHEND, empty_in)
        ),
        points_out=np.where(every, SUBTRAHEND, points_out),
        empty_out=np.where(full_out, SUBTRAHEND, empty_out),
        patches=patches,
    )
