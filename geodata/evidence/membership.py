"""Turn a measurement into evidence, 0 to 1.

Each membership is a smooth function with one or two parameters a geologist can
argue about in the unit of the measurement.  All are monotone or single-peaked,
cheap, and work on any broadcastable shapes, so one call serves a whole set of
Monte-Carlo draws.  NaN stays NaN.

Forms: near and band are the "near" membership, rise and fall an algebraic
S-curve; both families are described in [1]_.  The other curves of the literature
are in :mod:`geodata.evidence.fuzzy_membership`; the registry below names them all.

References
----------
.. [1] Tsoukalas, L. H., and Uhrig, R. E., 1997, Fuzzy and neural approaches in
   engineering: Wiley.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from geodata.evidence.fuzzy_membership import (
    gaussian,
    large,
    linear,
    logistic,
    ms_large,
    ms_small,
    small,
)
from geodata.raster import FloatArray

OTHER = "other"  # parameter of "class" for every class that is not named
ONE = np.float32(1.0)
HALF = np.float32(0.5)


Membership = Callable[..., FloatArray]
"""A function from measurements and named parameters to evidence."""


def near(measured: FloatArray, *, half: FloatArray, error: FloatArray) -> FloatArray:
    """Evidence 1 at zero that falls to one half at ``half``.

    A distance shorter than the error of the positions counts as that error: what
    is closer than the map is good to cannot be told from what lies at its limit.

    Parameters
    ----------
    measured : array of float32
        Distance or another quantity that cannot be negative.
    half : array of float32, same unit
        Where evidence is one half; positive.
    error : array of float32, same unit
        Error of the positions measured to; zero or more.

    >>> places = np.float32([0, 25, 50])
    >>> near(places, half=np.float32(25), error=np.float32(0)).round(2).tolist()
    [1.0, 0.5, 0.20000000298023224]
    """
    return _peak(np.asarray(np.maximum(measured, error) / half))


def band(
    measured: FloatArray, *, centre: FloatArray, half_width: FloatArray
) -> FloatArray:
    """Evidence 1 at ``centre``, one half at ``centre ± half_width``."""
    return _peak(np.asarray((measured - centre) / half_width))


def rise(
    measured: FloatArray, *, midpoint: FloatArray, spread: FloatArray
) -> FloatArray:
    """Evidence that grows with the measurement: one half at ``midpoint``.

    At ``midpoint ± spread`` it is 0.85 and 0.15.

    >>> round(float(rise(np.float32(0), midpoint=np.float32(0),
    ...                  spread=np.float32(1))), 2)
    0.5
    """
    scaled = np.asarray((measured - midpoint) / spread)
    root = np.asarray(scaled * scaled)
    root += ONE
    np.sqrt(root, out=root)
    scaled /= root  # in place: this runs over every cell and every draw
    scaled *= HALF
    scaled += HALF
    return scaled


def fall(
    measured: FloatArray, *, midpoint: FloatArray, spread: FloatArray
) -> FloatArray:
    """Evidence that shrinks with the measurement: the mirror of :func:`rise`."""
    return np.asarray(ONE - rise(measured, midpoint=midpoint, spread=spread))


def pick(measured: FloatArray, **evidence_of_class: FloatArray) -> FloatArray:
    """Evidence by class: parameter ``class_3`` is the evidence of class 3.

    Parameter ``other`` is the evidence of every class that is not named; without
    it such a class is unknown, NaN.  With draws as parameters, shape (draws,),
    the last axis of ``measured`` has length 1.
    """
    other = evidence_of_class.pop(OTHER, np.float32(np.nan))
    codes = {int(name.removeprefix("class_")): name for name in evidence_of_class}
    known = ~np.isnan(measured)
    highest = max((*codes, int(measured[known].max()) if known.any() else 0))
    shape = np.broadcast_shapes(
        np.shape(other), *map(np.shape, evidence_of_class.values())
    )
    table = np.full((highest + 2, *shape), np.nan, dtype=np.float32)
    table[:-1] = other
    for code, name in codes.items():
        table[code] = evidence_of_class[name]
    row = np.where(known, measured, highest + 1).astype(np.intp)
    return np.asarray(table[row[..., 0] if shape else row])


def _peak(scaled: FloatArray) -> FloatArray:
    """Return 1 / (1 + x²), overwriting x."""
    scaled *= scaled
    scaled += ONE
    return np.asarray(np.divide(ONE, scaled, out=scaled))


MEMBERSHIPS: Mapping[str, Membership] = MappingProxyType(
    {
        "near": near,
        "band": band,
        "rise": rise,
        "fall": fall,
        "linear": linear,
        "small": small,
        "large": large,
        "ms-small": ms_small,
        "ms-large": ms_large,
        "gaussian": gaussian,
        "logistic": logistic,
        "class": pick,
    }
)
"""Registry: name in a deposit-type file → function."""

PARAMETERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "near": ("half", "error"),
        "band": ("centre", "half_width"),
        "rise": ("midpoint", "spread"),
        "fall": ("midpoint", "spread"),
        "linear": ("zero", "one"),
        "small": ("midpoint", "exponent"),
        "large": ("midpoint", "exponent"),
        "ms-small": ("start", "half"),
        "ms-large": ("start", "half"),
        "gaussian": ("centre", "half_width"),
        "logistic": ("midpoint", "slope"),
        "class": (),
    }
)
"""Parameters each membership needs; those of "class" are named after the classes."""
