"""Spread: what the score could be, given how unsure its numbers are.

Every weight and parameter of a model is drawn from a triangle over its plausible
range, by a seeded Latin hypercube; where two sources of a measurement disagree, a
draw takes a value between them.  One draw is one opinion about the whole
model and holds for all places, so places can be ranked within a draw.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # scipy.stats when first used: a server starts a second sooner

from geodata.raster import FloatArray
from geodata.scoring.deposit_type import DepositType, Evidence, Number
from geodata.scoring.mineral_system import Term, combine, evidence_at

DRAWS = 101  # odd, so that p10, p50 and p90 are themselves draws
SEED = 20_170_731
CHUNK = 32_768  # places a thread takes at once: they seldom wait for each other
TOGETHER = 8_192  # places drawn at once: few calls, and the rows still fit the caches
SMALLEST_GROUP = 64  # places of which the same is known, to be drawn by themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Monte-Carlo draws of every number of one model.

    Attributes
    ----------
    weights : array of float32, shape (evidence, draws)
        Weights, positive.
    parameters : tuple of mappings of str to array of float32, shape (draws,)
        Parameters of each evidence.
    leaning : array of float32, shape (evidence, draws)
        Which of two disagreeing sources a draw believes, -0.5 to 0.5; 0 is their
        mean.  Used only by evidence that has a disagreement.
    """

    weights: FloatArray
    parameters: tuple[Mapping[str, FloatArray], ...]
    leaning: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Percentiles of favourability over the draws, 0 to 1, shape (places,)."""

    p10: FloatArray
    p50: FloatArray
    p90: FloatArray


def draw(deposit_type: DepositType, *, count: int = DRAWS, seed: int = SEED) -> Draws:
    """Draw every number of a model from its plausible range.

    Parameters
    ----------
    deposit_type : DepositType
        The model.
    count : int
        Number of draws.
    seed : int
        With the id of the model it fixes the draws.
    """
    numbers: list[Number] = []
    for evidence in deposit_type.evidence:
        numbers += [evidence.weight, *evidence.parameters.values()]
    seeds = np.random.SeedSequence([seed, zlib.crc32(deposit_type.id.encode())])
    width = len(numbers) + len(deposit_type.evidence)
    sampler = scipy.stats.qmc.LatinHypercube(width, rng=np.random.default_rng(seeds))
    shares = sampler.random(count)
    drawn = iter(
        triangle(shares[:, position], number) for position, number in enumerate(numbers)
    )
    weights, parameters = [], []
    for evidence in deposit_type.evidence:
        weights.append(next(drawn))
        parameters.append({key: next(drawn) for key in evidence.parameters})
    return Draws(
        weights=np.array(weights),
        parameters=tuple(parameters),
        leaning=shares[:, len(numbers) :].T.astype(np.float32) - np.float32(0.5),
    )


def triangle(share: npt.NDArray[np.float64], number: Number) -> FloatArray:
    """Turn shares 0..1 into draws from the triangle over a number's range.

    >>> middle = Number(value=2, low=0, high=4, basis="expert", reference="-")
    >>> triangle(np.array([0.0, 0.5, 1.0]), middle).tolist()
    [0.0, 2.0, 4.0]
    """
    width = number.high - number.low
    if width == 0:
        return np.full(share.shape, number.value, dtype=np.float32)
    peak = (number.value - number.low) / width
    rising = np.sqrt(share * peak)
    falling = 1.0 - np.sqrt((1.0 - share) * (1.0 - peak))
    return (number.low + width * np.where(share < peak, rising, falling)).astype(
        np.float32
    )


def log_scores(
    deposit_type: DepositType,
    draws: Draws,
    measured: Mapping[str, FloatArray],
    classes: Mapping[str, Sequence[str]],
) -> FloatArray:
    """Score some places under every draw.

    Parameters
    ----------
    deposit_type : DepositType
        The model.
    draws : Draws
        Its draws.
    measured : mapping of measurement key to float32 array, shape (places,)
        Measurements and disagreements; NaN = unknown.
    classes : mapping of measurement key to sequence of str
        Names of classes.

    Returns
    -------
    array of float32, shape (places, draws)
        Log favourability; NaN where nothing is known.
    """
    count = len(next(iter(measured.values())))
    found = np.full((count, draws.weights.shape[1]), np.nan, dtype=np.float32)
    for rows, scores in scored_parts(deposit_type, draws, measured, classes):
        found[rows] = scores
    return found


GroupScores = Callable[[npt.NDArray[np.intp], npt.NDArray[np.bool_]], FloatArray]
"""Scores places where the same evidence is known: their positions, and what is known,
shape (evidence,), to log favourability, shape (places, draws)."""


def scored_parts(
    deposit_type: DepositType,
    draws: Draws,
    measured: Mapping[str, FloatArray],
    classes: Mapping[str, Sequence[str]],
    *,
    score_group: GroupScores | None = None,
) -> Iterator[tuple[npt.NDArray[np.intp], FloatArray]]:
    """Score some places under every draw, part by part, each place once.

    Places where the same evidence is known are taken together: what they know needs
    no mask and what they do not know no arithmetic.  It changes no result.

    Parameters
    ----------
    deposit_type, draws, measured, classes
        As for :func:`log_scores`.
    score_group : function, optional
        Scores a group as the model itself does, to the rounding of float32.

    Yields
    ------
    rows : array of int, shape (part,)
        Positions of some of the places.
    scores : array of float32, shape (part, draws)
        Their log favourability; NaN where nothing is known.
    """
    items = deposit_type.evidence
    keys = [item.measurement.key for item in items]
    known = ~np.isnan(
        [
            evidence_at(item, measured[key], classes[key])
            for item, key in zip(items, keys, strict=True)
        ]
    )
    for group in _by_what_is_known(known):
        for start in range(0, len(group), TOGETHER):
            rows = group[start : start + TOGETHER]
            same = (known[:, rows] == known[:, rows[:1]]).all()
            if score_group is not None and same:
                yield rows, score_group(rows, known[:, rows[0]])
            else:
                here = {key: values[rows] for key, values in measured.items()}
                terms = _terms(deposit_type, draws, here, classes, known[:, rows])
                yield rows, np.asarray(combine(terms).log_favourability)


def _by_what_is_known(known: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.intp]]:
    """Group places by what is known of them, shape (evidence, places).

    Groups too small to be worth the trouble make one together.
    """
    order = np.lexsort(known)
    ordered = known[:, order]
    differs = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    groups = np.split(order, np.flatnonzero(differs) + 1)
    large = [group for group in groups if len(group) >= SMALLEST_GROUP]
    small = [group for group in groups if len(group) < SMALLEST_GROUP]
    return [*large, np.concatenate(small)] if small else large


def _terms(
    deposit_type: DepositType,
    draws: Draws,
    measured: Mapping[str, FloatArray],
    classes: Mapping[str, Sequence[str]],
    known: npt.NDArray[np.bool_],
) -> Iterator[Term]:
    """Make the terms of some places; what is known has shape (evidence, places)."""
    for row, evidence in enumerate(deposit_type.evidence):
        key = evidence.measurement.key
        here = known[row][:, np.newaxis]
        drawn = measured[key][:, np.newaxis]
        if here.any():
            filled = leaning_measurement(evidence, measured, draws.leaning[row])
            if not here.all():
                filled = np.where(here, filled, 0)
            drawn = evidence_at(evidence, filled, classes[key], draws.parameters[row])
        yield Term(
            component=evidence.component,
            values=drawn,
            weight=draws.weights[row],
            known=None if here.all() else here,
        )


def leaning_measurement(
    evidence: Evidence, measured: Mapping[str, FloatArray], leaning: FloatArray
) -> FloatArray:
    """Return what evidence reads in every draw, shape (places, draws or 1).

    Parameters
    ----------
    evidence : Evidence
        Where it has a disagreement, a draw takes a value between the two sources.
    measured : mapping of measurement key to float32 array, shape (places,)
        Measurements and disagreements; NaN = unknown.
    leaning : array of float32, shape (draws,)
        Which source each draw believes, -0.5 to 0.5.
    """
    values = measured[evidence.measurement.key][:, np.newaxis]
    if evidence.disagreement is None:
        return values
    apart = np.nan_to_num(measured[evidence.disagreement.key])
    return np.asarray(values + apart[:, np.newaxis] * leaning)


def spread(log_favourability: FloatArray) -> Spread:
    """Take the 10th, 50th and 90th percentile over the draws (last axis)."""
    last = log_favourability.shape[-1] - 1
    ranks = [round(last * share) for share in (0.1, 0.5, 0.9)]
    ordered = np.sort(log_favourability, axis=-1)  # vectorised; partition is not
    p10, p50, p90 = (np.exp(ordered[..., rank]) for rank in ranks)
    return Spread(p10=p10, p50=p50, p90=p90)
