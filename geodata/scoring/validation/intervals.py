"""How far a figure that rests on few sites can be trusted: 95 % intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtr, stdtrit

from geodata.scoring.record import MaybeNaN

Float64Array = npt.NDArray[np.float64]

DRAWS = 2_000  # the ends of an interval then move by less than 0.01 with the seed
_TAIL = 0.025  # on each side of a 95 % interval
_TINY = 1e-300  # stands where a quantile is asked for and not used


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval and the number of sites it rests on.

    Attributes
    ----------
    value, low, high : float
        NaN where ``n`` is too small to tell.
    n : int
        Sites, not pairs and not cells.
    """

    value: MaybeNaN
    low: MaybeNaN
    high: MaybeNaN
    n: int


def binomial_interval(
    share: npt.ArrayLike, n: float
) -> tuple[Float64Array, Float64Array]:
    """Bound the share that a sample of independent sites was drawn from.

    Parameters
    ----------
    share : array of float, shape (figures,)
        Share seen in the sample, 0 to 1.
    n : float
        Size of the sample; positive.  The effective size of a weighted sample need
        not be whole.

    Returns
    -------
    low, high : arrays of float64, shape (figures,)
        Exact 95 % interval, 0 to 1.

    Raises
    ------
    ValueError
        If a share is not within 0 to 1 or ``n`` is not positive.

    Notes
    -----
    Beta quantiles of Clopper and Pearson; it keeps its promise at any ``n``, unlike
    the bootstrap, which gives an interval of no width when all sites are caught.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26, 404-413.

    >>> low, high = binomial_interval([0.5], 10)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.1871], [0.8129])
    """
    seen = np.asarray(share, dtype=np.float64)
    if not (n > 0 and np.all((seen >= 0) & (seen <= 1))):
        raise ValueError(f"Need shares within 0 to 1 and n above 0; got {seen}, {n}.")
    hits, misses = seen * n, n - seen * n
    some, others = np.maximum(hits, _TINY), np.maximum(misses, _TINY)
    low = np.where(hits > 0, betaincinv(some, misses + 1, _TAIL), 0.0)
    high = np.where(misses > 0, betaincinv(hits + 1, others, 1 - _TAIL), 1.0)
    return low, high


def bootstrap_interval(
    statistic: Callable[[npt.NDArray[Any]], float],
    sites: npt.NDArray[Any],
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> Estimate:
    """Bound a figure by drawing its sites again and again, with replacement.

    Parameters
    ----------
    statistic : function of array
        The figure; takes rows of ``sites`` and may answer NaN.
    sites : array, shape (sites, ...)
        One row a site.
    seed : int
        The same seed gives the same interval.
    draws : int
        Number of samples drawn.

    Returns
    -------
    Estimate
        Of the draws that have an answer.  NaN interval for fewer than two sites: one
        site does not tell how sites differ; NaN value for none.

    Notes
    -----
    Percentiles moved outwards, as Student's t does for a mean: plain ones are too
    narrow for few sites (2.5 and 97.5 for very many, 0.9 and 99.1 for ten).

    References
    ----------
    Hesterberg (2015), The American Statistician 69, 371-386: expanded percentiles.

    >>> bootstrap_interval(lambda rows: float(rows.mean()), np.array([0.2, 0.4])).n
    2
    """
    count = len(sites)
    value = float(statistic(sites)) if count else np.nan
    low = high = np.nan
    if count > 1:
        chance = np.random.default_rng(seed)
        picks = (chance.integers(count, size=count) for _ in range(draws))
        found = np.array([statistic(sites[pick]) for pick in picks])
        found = found[~np.isnan(found)]
        if len(found):
            tail = float(ndtr(np.sqrt(count / (count - 1)) * student(count)))
            low, high = np.quantile(found, [tail, 1 - tail])
    return Estimate(value=value, low=float(low), high=float(high), n=count)


def grouped_mean_interval(
    values: npt.ArrayLike, groups: npt.ArrayLike, *, seed: int = 0
) -> Estimate:
    """Bound a mean of values that come in groups, by drawing whole groups.

    Parameters
    ----------
    values : array of float, shape (values,)
        NaN is left out.
    groups : array of int or str, shape (values,)
        Which group each belongs to: neighbours tell one story.
    seed : int
        The same seed gives the same interval.

    Returns
    -------
    Estimate
        ``value`` is the plain mean and ``n`` counts values; the interval is that of
        as many independent groups as there are, NaN for fewer than two.

    >>> grouped_mean_interval([0.1, 0.3, 0.2], [0, 0, 1]).n
    3
    """
    every = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(every)
    _, group = np.unique(np.asarray(groups)[known], return_inverse=True)
    sums = np.column_stack(
        (np.bincount(group, weights=every[known]), np.bincount(group))
    ).astype(np.float64)
    found = bootstrap_interval(_mean_of_sums, sums, seed=seed)
    return replace(found, n=int(known.sum()))


def mean_of(parts: Sequence[Estimate]) -> Estimate:
    """Average figures of the same sites; n does not grow by it."""
    return Estimate(
        value=float(np.mean([part.value for part in parts])),
        low=float(np.mean([part.low for part in parts])),
        high=float(np.mean([part.high for part in parts])),
        n=parts[0].n,
    )


def _mean_of_sums(rows: Float64Array) -> float:
    total, count = rows.sum(axis=0)
    return float(total / count)


def student(n: int) -> float:
    """Return the 2.5 percentile of Student's t for ``n`` sites, ``n`` above 1.

    >>> round(student(10), 3)
    -2.262
    """
    return float(stdtrit(n - 1, _TAIL))
