"""Draws: opinions about every number of a model, within their plausible ranges.

A draw is one opinion about the whole model and holds for all places, so places can be
ranked within a draw.  Every weight, parameter and base rate is drawn from a triangle
over its plausible range, by a seeded Latin hypercube; opinions about numbers of one
name lean the same way.  A quarter of the draws puts all evidence together by its mean,
a quarter by its product.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # scipy.stats when first used: a server starts a second sooner

from geodata.raster import FloatArray
from geodata.scoring.additions import QUANTILES
from geodata.scoring.deposit_type import DepositType, Number
from geodata.scoring.like_land import LikeLand, RegionalModel
from geodata.scoring.mineral_system import Structure

DRAWS = 61  # p10, p50 and p90 are themselves draws
SEED = 20_170_731
LEANING_ALIKE = 0.5
"""Correlation of opinions about weights, and about parameters of one name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Monte-Carlo draws of every number of one model.

    Attributes
    ----------
    weights : array of float32, shape (evidence, draws)
        Weights, positive.
    parameters : tuple of mappings of str to array of float32, shape (draws,)
        Parameters of each evidence.
    bases : tuple of array of float32, shape (draws,), or None
        Base rate of each evidence that has one.
    leaning : array of float32, shape (evidence, draws)
        Which of two disagreeing sources a draw believes, -0.5 to 0.5; 0 is their
        mean.  Used only by evidence that has a disagreement.
    missing : array of float64, shape (evidence, draws)
        What a draw takes for what is not known: a share of land, 0 to 1, that says
        less.
    usual, mean : int
        How many draws, the first and the next, put components together as the model
        does and evidence by its mean; the others multiply it.
    """

    weights: FloatArray
    parameters: tuple[Mapping[str, FloatArray], ...]
    bases: tuple[FloatArray | None, ...]
    leaning: FloatArray
    missing: npt.NDArray[np.float64]
    usual: int
    mean: int

    @property
    def count(self) -> int:
        """Number of draws."""
        return int(self.weights.shape[1])

    def structure(self, model: RegionalModel) -> Structure:
        """Say which draws put a model together in which way."""
        return Structure(
            usual=self.usual,
            mean=self.mean,
            product=self.count - self.usual - self.mean,
            mean_offset=model.land.mean_offset,
            product_offset=model.land.product_offset,
        )


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
    items = deposit_type.evidence
    names = [("weight", item.weight) for item in items]
    for item in items:
        names += list(item.parameters.items())
        names += [] if item.base is None else [("base", item.base)]
    groups = sorted({name for name, _ in names})
    seeds = np.random.SeedSequence([seed, zlib.crc32(deposit_type.id.encode())])
    width = len(names) + len(groups) + 2 * len(items)
    sampler = scipy.stats.qmc.LatinHypercube(width, rng=np.random.default_rng(seeds))
    shares = sampler.random(count)
    own, common, rest = np.split(shares, [len(names), len(names) + len(groups)], axis=1)
    drawn = iter(
        triangle(_leaning_alike(own[:, row], common[:, groups.index(name)]), number)
        for row, (name, number) in enumerate(names)
    )
    weights = np.array([next(drawn) for _ in items])
    parameters, bases = [], []
    for item in items:
        parameters.append({key: next(drawn) for key in item.parameters})
        bases.append(None if item.base is None else next(drawn))
    leaning, missing = np.split(rest, 2, axis=1)
    mean = count // 4
    return Draws(
        weights=weights,
        parameters=tuple(parameters),
        bases=tuple(bases),
        leaning=leaning.T.astype(np.float32) - np.float32(0.5),
        missing=missing.T,
        usual=count - 2 * mean,
        mean=mean,
    )


def best_values(deposit_type: DepositType) -> Draws:
    """Return the one draw that takes the best value of every number of a model."""
    items = deposit_type.evidence
    return Draws(
        weights=np.array([[item.weight.value] for item in items], dtype=np.float32),
        parameters=tuple(
            {
                key: np.array([number.value], dtype=np.float32)
                for key, number in item.parameters.items()
            }
            for item in items
        ),
        bases=tuple(
            None if item.base is None else np.array([item.base.value], dtype=np.float32)
            for item in items
        ),
        leaning=np.zeros((len(items), 1), dtype=np.float32),
        missing=np.full((len(items), 1), np.nan),
        usual=1,
        mean=0,
    )


def draw_unknown(land: LikeLand, draws: Draws, *, turn: float = 0.0) -> FloatArray:
    """Draw what each argument adds where it is not known.

    Parameters
    ----------
    land : LikeLand
        What land of like kind says.
    draws : Draws
        Of the model; best values take the average.
    turn : float
        Turns the draws by this share of the land, another one for each argument.

    Returns
    -------
    array of float32, shape (evidence, kinds, draws)
        Natural log a unit of weight.
    """
    turns = turn * np.arange(1, len(land.arguments) + 1)[:, np.newaxis]
    ends = np.linspace(0, 1, QUANTILES)
    found = np.array(
        [
            [np.interp(share, ends, row) for row in item.quantiles]
            for share, item in zip(
                np.mod(draws.missing + turns, 1.0), land.arguments, strict=True
            )
        ],
        dtype=np.float32,
    )
    average = np.array([item.mean for item in land.arguments], dtype=np.float32)
    return np.where(np.isnan(found), average[..., np.newaxis], found)


def _leaning_alike(
    own: npt.NDArray[np.float64], common: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Mix shares 0..1 with common ones, so that they stay spread evenly."""
    normal = scipy.special
    mixed = np.sqrt(1 - LEANING_ALIKE) * normal.ndtri(own) + np.sqrt(
        LEANING_ALIKE
    ) * normal.ndtri(common)
    return np.asarray(normal.ndtr(mixed))


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
