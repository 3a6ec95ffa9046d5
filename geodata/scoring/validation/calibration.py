"""Whether a predicted probability happens as often as it says."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.scoring.validation.intervals import Float64Array, binomial_interval

BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Predicted beside observed, from the lowest prediction to the highest.

    Attributes
    ----------
    predicted : array of float64, shape (bins,)
        Mean prediction of the bin, 0 to 1.
    observed, low, high : array of float64, shape (bins,)
        Share of positives in the bin with its exact 95 % interval.
    n : array of int64, shape (bins,)
        Places in the bin; none is empty.
    """

    predicted: Float64Array
    observed: Float64Array
    low: Float64Array
    high: Float64Array
    n: npt.NDArray[np.int64]


def reliability(
    predicted: npt.ArrayLike, observed: npt.ArrayLike, *, bins: int = BINS
) -> Reliability:
    """Compare predicted probabilities with what was seen, bin by bin.

    Parameters
    ----------
    predicted : array of float, shape (places,)
        Probability, 0 to 1; no NaN.
    observed : array of bool, shape (places,)
        Whether the place is positive.
    bins : int
        Most bins wanted, at least 1.

    Returns
    -------
    Reliability
        Fewer bins where predictions are few or equal.

    Raises
    ------
    ValueError
        If there is no place, a prediction is not within 0 to 1, lengths differ, or
        ``bins`` is below 1.

    Notes
    -----
    Bins hold about equally many places: with rare positives nearly all predictions
    are small, and bins of equal width would be empty but for the first.  Places with
    one prediction stay in one bin.

    >>> found = reliability([0.1, 0.1, 0.6, 0.8], [False, False, False, True], bins=2)
    >>> found.predicted.round(2).tolist(), found.observed.tolist(), found.n.tolist()
    ([0.1, 0.7], [0.0, 0.5], [2, 2])
    """
    if bins < 1:
        raise ValueError(f"Need at least one bin; got {bins}.")
    said, seen = _both(predicted, observed)
    order = np.argsort(said, kind="stable")
    said, seen = said[order], seen[order]
    first = np.searchsorted(said, said, side="left")  # of its equals
    _, row = np.unique(first * bins // len(said), return_inverse=True)
    count = np.bincount(row)
    share = np.bincount(row, weights=seen) / count
    bounds = [binomial_interval(s, n) for s, n in zip(share, count, strict=True)]
    low, high = np.array(bounds, dtype=np.float64).T
    return Reliability(
        predicted=np.bincount(row, weights=said) / count,
        observed=share,
        low=low,
        high=high,
        n=count,
    )


def _both(
    predicted: npt.ArrayLike, observed: npt.ArrayLike
) -> tuple[Float64Array, npt.NDArray[np.bool_]]:
    said, seen = np.asarray(predicted, np.float64), np.asarray(observed)
    if not len(said) or said.shape != seen.shape or seen.dtype != np.bool_:
        raise ValueError(
            "Need at least one prediction and for each whether it came true (bool); "
            f"got {said.shape} predictions and {seen.shape} of {seen.dtype}."
        )
    if not np.all((said >= 0) & (said <= 1)):
        raise ValueError(
            "A probability lies within 0 to 1 and is never NaN; a relative score is "
            f"no probability.  Got {said.min()} to {said.max()}."
        )
    return said, seen
