"""Turn a measurement into evidence, 0 to 1.

Each membership is a smooth function with one or two parameters a geologist can
argue about in the unit of the measurement.  All are monotone or single-peaked,
cheap, and work on any broadcastable shapes, so one call serves a whole set of
Monte-Carlo draws.  They give float32 for float32, and NaN stays NaN.

:func:`near` and :func:`band` are the "near" membership, :func:`rise` and :func:`fall`
an algebraic S-curve.  The others are the curves of [1]_ and [2]_: where those count a
spread in powers or in inverse squares, these functions ask for the place where evidence
is one half, or for a width.  The literature's "near", 1 / (1 + f1 (x − f2)²), is
:func:`band` with f2 its centre and f1 the inverse square of its half width;
:func:`near` is that one-sided, f2 = 0.

References
----------
.. [1] Tsoukalas, L. H., and Uhrig, R. E., 1997, Fuzzy and neural approaches in
   engineering: Wiley.
.. [2] Carranza, E. J. M., 2009, Geochemical anomaly and mineral prospectivity mapping
   in GIS: Elsevier, chapter 7.
"""

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from geodata.raster import FloatArray

OTHER = "other"  # parameter of "class" for every class that is not named
ZERO, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
LN_2 = np.float32(np.log(2.0))

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


def linear(measured: FloatArray, *, zero: FloatArray, one: FloatArray) -> FloatArray:
    """Evidence on a straight line from 0 at ``zero`` to 1 at ``one``, flat beyond.

    Monotone: it grows with the measurement where ``one`` is the larger of the two,
    and shrinks where it is the smaller.

    Parameters
    ----------
    measured : array of float32
        Any quantity; NaN = unknown.
    zero, one : array of float32, same unit
        Where evidence is 0 and where it is 1; they differ.

    >>> linear(np.float32([0, 5, 30]), zero=np.float32(20), one=np.float32(0)).tolist()
    [1.0, 0.75, 0.0]
    """
    scaled = np.asarray((measured - zero) / (one - zero))
    return np.asarray(np.clip(scaled, ZERO, ONE, out=scaled))


def small(
    measured: FloatArray, *, midpoint: FloatArray, exponent: FloatArray
) -> FloatArray:
    """Evidence 1 at zero, one half at ``midpoint``: 1 / (1 + (x / midpoint)^exponent).

    Never grows with the measurement.  What is below zero counts as zero.

    Parameters
    ----------
    measured : array of float32
        A quantity that is not negative; NaN = unknown.
    midpoint : array of float32, same unit
        Where evidence is one half; positive.
    exponent : array of float32
        How steep it falls there, called spread elsewhere; positive, often 1 to 10.

    >>> small(np.float32([0, 2, 4]), midpoint=np.float32(2),
    ...       exponent=np.float32(2)).round(2).tolist()
    [1.0, 0.5, 0.20000000298023224]
    """
    scaled = np.asarray(np.maximum(measured, ZERO) / midpoint)
    with np.errstate(over="ignore"):  # far beyond the midpoint evidence is 0
        scaled = np.asarray(np.power(scaled, exponent))
    scaled += ONE
    return np.asarray(np.divide(ONE, scaled, out=scaled))


def large(
    measured: FloatArray, *, midpoint: FloatArray, exponent: FloatArray
) -> FloatArray:
    """Evidence 0 at zero that grows to one half at ``midpoint``: 1 − :func:`small`.

    Never shrinks with the measurement; parameters as for :func:`small`.
    """
    return np.asarray(ONE - small(measured, midpoint=midpoint, exponent=exponent))


def ms_small(
    measured: FloatArray, *, start: FloatArray, half: FloatArray
) -> FloatArray:
    """Evidence 1 up to ``start``, then half / (x − start + half).

    Never grows with the measurement.  The literature takes ``start`` as a multiple of
    the mean of the data and ``half`` as a multiple of their standard deviation; here
    both are stated, so that a place keeps its evidence when others are added.

    Parameters
    ----------
    measured : array of float32
        Any quantity; NaN = unknown.
    start : array of float32, same unit
        Where evidence begins to fall.
    half : array of float32, same unit
        How far beyond it evidence is one half; positive.

    >>> ms_small(np.float32([1, 5, 7]), start=np.float32(5),
    ...          half=np.float32(2)).tolist()
    [1.0, 1.0, 0.5]
    """
    beyond = np.asarray(measured - start)
    np.maximum(beyond, ZERO, out=beyond)
    beyond = np.asarray(beyond / half)
    beyond += ONE
    return np.asarray(np.divide(ONE, beyond, out=beyond))


def ms_large(
    measured: FloatArray, *, start: FloatArray, half: FloatArray
) -> FloatArray:
    """Evidence 0 up to ``start``, one half at ``start + half``: 1 − :func:`ms_small`.

    Never shrinks with the measurement; parameters as for :func:`ms_small`.
    """
    return np.asarray(ONE - ms_small(measured, start=start, half=half))


def gaussian(
    measured: FloatArray, *, centre: FloatArray, half_width: FloatArray
) -> FloatArray:
    """Evidence 1 at ``centre``, one half at ``centre ± half_width``, on a bell curve.

    Single-peaked.  It is exp(−f1 (x − centre)²) with f1 = ln 2 / half_width²; beyond
    the half width it falls much faster than :func:`band`.

    >>> gaussian(np.float32([7, 9]), centre=np.float32(7),
    ...          half_width=np.float32(2)).round(3).tolist()
    [1.0, 0.5]
    """
    scaled = np.asarray((measured - centre) / half_width)
    scaled *= scaled
    scaled *= -LN_2
    return np.asarray(np.exp(scaled, out=scaled))


def logistic(
    measured: FloatArray, *, midpoint: FloatArray, slope: FloatArray
) -> FloatArray:
    """Evidence on a logistic curve: 1 / (1 + exp(−slope (x − midpoint))).

    Monotone: it grows with the measurement where ``slope`` is positive and shrinks
    where it is negative.

    Parameters
    ----------
    measured : array of float32
        Any quantity; NaN = unknown.
    midpoint : array of float32, same unit
        Where evidence is one half.
    slope : array of float32, inverse unit
        Four times the change of evidence per unit at the midpoint; not zero.

    >>> logistic(np.float32([3, 4]), midpoint=np.float32(3),
    ...          slope=np.float32(2)).round(2).tolist()
    [0.5, 0.8799999952316284]
    """
    from scipy.special import expit  # noqa: PLC0415  # a server seldom needs it

    scaled = np.asarray((measured - midpoint) * slope)
    return np.asarray(expit(scaled, out=scaled))


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
        name: tuple(
            parameter.name
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        )
        for name, function in MEMBERSHIPS.items()
    }
)
"""Parameters each membership needs; those of "class" are named after the classes."""
