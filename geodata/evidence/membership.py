"""Turn a measurement into evidence, 0 to 1.

Each membership is a smooth function with one or two parameters a geologist can
argue about in the unit of the measurement.  All are monotone or single-peaked,
cheap, and work on any broadcastable shapes, so one call serves a whole set of
Monte-Carlo draws.  NaN stays NaN.

Forms: near and band are the "near" membership, rise and fall an algebraic
S-curve; both families are described in [1]_.

References
----------
.. [1] Tsoukalas, L. H., and Uhrig, R. E., 1997, Fuzzy and neural approaches in
   engineering: Wiley.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np

from geodata.grid import FloatArray

OTHER = "other"  # parameter of "class" for every class that is not named
ONE = np.float32(1.0)
HALF = np.float32(0.5)


class Membership(Protocol):
    """A function from measurements and named parameters to evidence."""

    def __call__(self, measured: FloatArray, /, **parameters: FloatArray) -> FloatArray:
        """Return evidence, 0 to 1; NaN stays NaN."""
        ...


def near(measured: FloatArray, *, half: FloatArray) -> FloatArray:
    """Evidence 1 at zero that falls to one half at ``half``.

    Parameters
    ----------
    measured : array of float32
        Distance or another quantity that cannot be negative.
    half : array of float32, same unit
        Where evidence is one half; positive.

    >>> near(np.float32([0, 25, 50]), half=np.float32(25)).round(2).tolist()
    [1.0, 0.5, 0.20000000298023224]
    """
    scaled = measured / half
    return np.asarray(ONE / (ONE + scaled * scaled))


def band(
    measured: FloatArray, *, centre: FloatArray, half_width: FloatArray
) -> FloatArray:
    """Evidence 1 at ``centre``, one half at ``centre ± half_width``."""
    scaled = (measured - centre) / half_width
    return np.asarray(ONE / (ONE + scaled * scaled))


def rise(
    measured: FloatArray, *, midpoint: FloatArray, spread: FloatArray
) -> FloatArray:
    """Evidence that grows with the measurement: one half at ``midpoint``.

    At ``midpoint ± spread`` it is 0.85 and 0.15.

    >>> round(float(rise(np.float32(0), midpoint=np.float32(0),
    ...                  spread=np.float32(1))), 2)
    0.5
    """
    scaled = (measured - midpoint) / spread
    return np.asarray(HALF + HALF * scaled / np.sqrt(ONE + scaled * scaled))


def fall(
    measured: FloatArray, *, midpoint: FloatArray, spread: FloatArray
) -> FloatArray:
    """Evidence that shrinks with the measurement: the mirror of :func:`rise`."""
    return np.asarray(ONE - rise(measured, midpoint=midpoint, spread=spread))


def pick(measured: FloatArray, **evidence_of_class: FloatArray) -> FloatArray:
    """Evidence by class: parameter ``class_3`` is the evidence of class 3.

    Parameter ``other`` is the evidence of every class that is not named; without
    it such a class is unknown, NaN.
    """
    shape = np.broadcast_shapes(
        measured.shape, *(np.shape(value) for value in evidence_of_class.values())
    )
    found = np.full(shape, np.nan, dtype=np.float32)
    if OTHER in evidence_of_class:
        other = evidence_of_class.pop(OTHER)
        np.copyto(found, other, where=np.broadcast_to(~np.isnan(measured), shape))
    for name, evidence in evidence_of_class.items():
        code = np.float32(name.removeprefix("class_"))
        np.copyto(found, evidence, where=np.broadcast_to(measured == code, shape))
    return found


MEMBERSHIPS: Mapping[str, Membership] = MappingProxyType(
    {"near": near, "band": band, "rise": rise, "fall": fall, "class": pick}
)
"""Registry: name in a deposit-type file → function."""

PARAMETERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "near": ("half",),
        "band": ("centre", "half_width"),
        "rise": ("midpoint", "spread"),
        "fall": ("midpoint", "spread"),
        "class": (),
    }
)
"""Parameters each membership needs; those of "class" are named after the classes."""
