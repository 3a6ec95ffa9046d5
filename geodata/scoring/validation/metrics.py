"""How well scores tell positives from negatives, each figure with its n."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from geodata.scoring.validation.intervals import (
    Estimate,
    Float64Array,
    binomial_interval,
    bootstrap_interval,
    student,
)


def auc(positive_scores: npt.ArrayLike, negative_scores: npt.ArrayLike) -> float:
    """Return the chance that a positive scores above a negative.

    Parameters
    ----------
    positive_scores, negative_scores : array of float, shape (places,)
        Scores, in any unit; no NaN, both sides at least one.

    Returns
    -------
    float
        Area under the receiver operating curve, 0 to 1; equal scores count half.

    Raises
    ------
    ValueError
        If a side is empty or holds NaN.

    >>> auc([0.35, 0.8], [0.1, 0.4])
    0.75
    """
    positive, negative = _sides(positive_scores, negative_scores)
    won = int(_beaten(positive, negative).sum())
    return won / (2 * len(positive) * len(negative))


def auc_interval(
    positive_scores: npt.ArrayLike, negative_scores: npt.ArrayLike
) -> Estimate:
    """Bound the AUC; ``n`` is the number of positives.

    Parameters
    ----------
    positive_scores, negative_scores : array of float, shape (places,)
        As for :func:`auc`.  Scores of different folds may be pooled only if one model
        gave them or their scales agree.

    Returns
    -------
    Estimate
        NaN interval when a side has a single place.

    Notes
    -----
    Variance of DeLong, interval on the logit scale with Student's t of the smaller
    side.  It takes places as independent: neighbours make it too narrow.  Where the
    AUC is 0 or 1 this variance is 0, and the exact binomial interval of the smaller
    side stands instead.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845.

    >>> found = auc_interval([0.35, 0.8, 0.9], [0.1, 0.4, 0.2])
    >>> round(found.value, 4), found.n
    (0.8889, 3)
    """
    positive, negative = _sides(positive_scores, negative_scores)
    value = auc(positive, negative)
    count, against = len(positive), len(negative)
    if min(count, against) == 1:
        return Estimate(value=value, low=np.nan, high=np.nan, n=count)
    of_positive = _beaten(positive, negative) / (2 * against)
    of_negative = _beaten(-negative, -positive) / (2 * count)
    variance = of_positive.var(ddof=1) / count + of_negative.var(ddof=1) / against
    if not variance > 0:
        low, high = binomial_interval(value, min(count, against))
        return Estimate(value=value, low=float(low), high=float(high), n=count)
    reach = student(min(count, against)) * np.sqrt(variance) / (value * (1 - value))
    low, high = expit(logit(value) + np.array([reach, -reach]))
    return Estimate(value=value, low=float(low), high=float(high), n=count)


def leave_pair_out_auc(
    differences: npt.ArrayLike, positives: npt.ArrayLike, *, seed: int = 0
) -> Estimate:
    """Return the AUC over pairs that were scored by a model that saw neither.

    Parameters
    ----------
    differences : array of float, shape (pairs,)
        Score of the positive minus score of the negative; no NaN.
    positives : array of int, shape (pairs,)
        Which positive each pair holds; ``n`` counts different ones.
    seed : int
        Of the bootstrap over positives.

    Raises
    ------
    ValueError
        If there is no pair, a difference is NaN, or the lengths differ.

    Notes
    -----
    A difference of 0 counts half.  Scores of different models never meet, so there is
    no bias of pooling.  Pairs of one positive depend on each other: whole positives
    are drawn.

    References
    ----------
    Airola et al. (2018), Data Mining and Knowledge Discovery,
    doi:10.1007/s10618-018-00607-x.

    >>> leave_pair_out_auc([0.2, -0.1, 0.0, 0.3], [4, 4, 7, 7]).value
    0.625
    """
    apart, owner = np.asarray(differences, np.float64), np.asarray(positives)
    if not len(apart) or apart.shape != owner.shape or np.isnan(apart).any():
        raise ValueError(
            "Need at least one pair, a number without NaN for each, and the positive "
            f"of each; got {apart.shape} differences, {int(np.isnan(apart).sum())} of "
            f"them NaN, and {owner.shape} positives."
        )
    names, row = np.unique(owner, return_inverse=True)
    won = np.bincount(row, weights=(np.sign(apart) + 1) / 2)
    rows = np.column_stack((won, np.bincount(row, minlength=len(names))))
    return bootstrap_interval(_share_won, rows, seed=seed)


def _share_won(rows: Float64Array) -> float:
    won, pairs = rows.sum(axis=0)
    return float(won / pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """Area under the precision-recall curve beside what chance gives.

    Attributes
    ----------
    average : Estimate
        Average precision, 0 to 1; ``n`` positives.
    base_rate : float
        Share of positives among all places: the average precision of chance.
    negatives : int
        Number of negatives.
    """

    average: Estimate
    base_rate: float
    negatives: int


def pr_auc(
    positive_scores: npt.ArrayLike, negative_scores: npt.ArrayLike, *, seed: int = 0
) -> Precision:
    """Return the average precision; it means nothing without the base rate.

    Parameters
    ----------
    positive_scores, negative_scores : array of float, shape (places,)
        Scores, in any unit; no NaN, both sides at least one.
    seed : int
        Of the bootstrap over positives.

    Raises
    ------
    ValueError
        If a side is empty or holds NaN.

    Notes
    -----
    ``Σ (R_k - R_(k-1)) P_k`` over the different scores from the highest down, without
    interpolation; equal scores enter together.

    >>> found = pr_auc([0.35, 0.8], [0.1, 0.4])
    >>> round(found.average.value, 4), found.base_rate
    (0.8333, 0.5)
    """
    positive, negative = _sides(positive_scores, negative_scores)
    negative = np.sort(negative)

    def average(chosen: Float64Array) -> float:
        ordered = np.sort(chosen)
        true = len(ordered) - np.searchsorted(ordered, ordered, side="left")
        false = len(negative) - np.searchsorted(negative, ordered, side="left")
        return float((true / (true + false)).mean())

    return Precision(
        average=bootstrap_interval(average, positive, seed=seed),
        base_rate=len(positive) / (len(positive) + len(negative)),
        negatives=len(negative),
    )


def _sides(
    positive_scores: npt.ArrayLike, negative_scores: npt.ArrayLike
) -> tuple[Float64Array, Float64Array]:
    """Check that both sides have scores and all of them are known."""
    positive = np.asarray(positive_scores, dtype=np.float64)
    negative = np.asarray(negative_scores, dtype=np.float64)
    for name, side in (("positives", positive), ("negatives", negative)):
        unknown = int(np.isnan(side).sum())
        if side.ndim != 1 or not len(side) or unknown:
            raise ValueError(
                f"Need a row of at least one known score of {name}; got shape "
                f"{side.shape} with {unknown} NaN.  Leave out places whose score is "
                "unknown and say how many."
            )
    return positive, negative


def _beaten(here: Float64Array, there: Float64Array) -> npt.NDArray[np.int64]:
    """Count, twice, what each of one side beats of the other; a tie is one."""
    ordered = np.sort(there)
    below = np.searchsorted(ordered, here, side="left")
    return np.asarray(below + np.searchsorted(ordered, here, side="right"))
