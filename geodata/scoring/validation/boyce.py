"""Continuous Boyce index: whether presences thicken as the score rises."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from geodata.scoring.validation.intervals import (
    Estimate,
    Float64Array,
    bootstrap_interval,
)

_FOCI = 100
_WINDOW = 0.1
_DRAWS = 500  # each ranks a hundred windows
_FEWEST_STEPS = 3  # two points always lie on a line: ±1 would say nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Boyce:
    """The index with the curve it is read from.

    Attributes
    ----------
    index : float
        -1 to 1, 0 for a random map; NaN where the scores do not vary enough.
    focus : array of float64, shape (windows,)
        Middle of each window, in the unit of the score.
    ratio : array of float64, shape (windows,)
        Predicted / expected: share of presences over share of area in the window;
        windows without area are left out.
    n : int
        Presences.
    cells : int
        Valid cells of the area.
    """

    index: float
    focus: Float64Array
    ratio: Float64Array
    n: int
    cells: int


def boyce(
    presence_scores: npt.ArrayLike,
    area_scores: npt.ArrayLike,
    *,
    foci: int = _FOCI,
    window: float = _WINDOW,
) -> Boyce:
    """Measure how steadily the density of presences rises with the score.

    Parameters
    ----------
    presence_scores : array of float, shape (presences,)
        Scores of known sites; finite.
    area_scores : array of float, shape (cells,)
        Scores of all cells, of equal area; NaN = unknown, is no area.
    foci : int
        Number of windows, evenly placed from the least score to the greatest.
    window : float
        Width of a window as a share of the range of the scores, above 0, below 1.

    Returns
    -------
    Boyce
        Spearman's correlation of ratio and focus.  NaN index for a constant score, a
        ratio that never changes, or fewer than three different steps.

    Raises
    ------
    ValueError
        If there is no presence or no valid cell, a score is not finite, or the
        windows are not as described.

    Notes
    -----
    Windows are closed at both ends.  Of neighbouring windows with one ratio only the
    last takes part, else empty windows at either end would decide the index; so it is
    done in the R package ecospat too, which moves the last window a little further.

    References
    ----------
    Hirzel et al. (2006), Ecological Modelling 199, 142-152.

    >>> area = np.linspace(0, 1, 1001)
    >>> boyce(np.sqrt(area), area).index > 0.99
    True
    """
    sites = np.asarray(presence_scores, dtype=np.float64)
    cells = np.asarray(area_scores, dtype=np.float64)
    cells = np.sort(cells[~np.isnan(cells)])
    _check(sites, cells, foci, window)
    return _boyce(np.sort(sites), cells, foci, window)


def boyce_interval(
    presence_scores: npt.ArrayLike, area_scores: npt.ArrayLike
) -> Estimate:
    """Bound the index by drawing its presences again and again.

    Parameters
    ----------
    presence_scores, area_scores
        As for :func:`boyce`, whose windows are used.

    Returns
    -------
    Estimate
        Of few presences the interval is wide, and holds both signs.

    Notes
    -----
    The index of few presences is lower than that of many of the same kind, and drawing
    them with repeats lowers it once more, so the interval lies low: read it as what so
    few presences can tell, not as where the index of many would be.
    """
    sites = np.asarray(presence_scores, dtype=np.float64)
    cells = np.asarray(area_scores, dtype=np.float64)
    cells = np.sort(cells[~np.isnan(cells)])
    _check(sites, cells, _FOCI, _WINDOW)
    return bootstrap_interval(
        lambda drawn: _boyce(np.sort(drawn), cells, _FOCI, _WINDOW).index,
        sites,
        draws=_DRAWS,
    )


def _boyce(sites: Float64Array, cells: Float64Array, foci: int, window: float) -> Boyce:
    """Measure it on scores in ascending order."""
    least, most = min(sites[0], cells[0]), max(sites[-1], cells[-1])
    width = window * (most - least)
    low = np.linspace(least, most - width, foci)
    high = np.linspace(least + width, most, foci)
    predicted, expected = _within(sites, low, high), _within(cells, low, high)
    some = (expected > 0) & (width > 0)
    focus = (low + high)[some] / 2
    # Whole numbers first: equal ratios then stay equal to the last bit.
    ratio = predicted[some] * len(cells) / (expected[some] * len(sites))
    last = np.append(ratio[1:] != ratio[:-1], True)[: len(ratio)]
    steps = ratio[last]
    index = np.nan
    if len(steps) >= _FEWEST_STEPS:
        index = float(spearmanr(focus[last], steps).statistic)
    return Boyce(index=index, focus=focus, ratio=ratio, n=len(sites), cells=len(cells))


def _within(
    ordered: Float64Array, low: Float64Array, high: Float64Array
) -> npt.NDArray[np.int64]:
    """Count the values in each closed window."""
    upto = np.searchsorted(ordered, high, side="right")
    return np.asarray(upto - np.searchsorted(ordered, low, side="left"))


def _check(sites: Float64Array, cells: Float64Array, foci: int, window: float) -> None:
    if not (len(sites) and len(cells)):
        raise ValueError(
            "The Boyce index compares presences with area and needs both; got "
            f"{len(sites)} presences and {len(cells)} valid cells."
        )
    if not (np.isfinite(sites).all() and np.isfinite(cells).all()):
        raise ValueError(
            "Scores must be finite.  Leave out sites whose score is unknown and say "
            "how many; replace an infinite score by a finite one of the same order."
        )
    if not (foci >= _FEWEST_STEPS and 0 < window < 1):
        raise ValueError(
            f"Need at least {_FEWEST_STEPS} foci and a window above 0 and below 1 of "
            f"the range; got {foci} and {window}."
        )
