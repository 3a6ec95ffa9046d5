"""Is the spread true?  Take a third of the layers away and see where the score lies.

The range of a score says where it would be if more were known.  That can be tested with
what is known: a model that has lost a third of its layers gives a range for every
place, and the score with all of them is found inside it, or not.  A true 80 % range
holds it on about 80 % of the land.  One number for each model sets the width of its
ranges so; it is tested on thirds of the layers that did not help to find it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from geodata.raster import FloatArray
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.draws import best_values, draw
from geodata.scoring.land import RELIEF, Layers, shipped_layers
from geodata.scoring.like_land import RegionalModel, fit_to_land
from geodata.scoring.mineral_system import Doubles
from geodata.scoring.record import MaybeNaN, Record
from geodata.scoring.spread import percentiles
from geodata.scoring.uncertainty import DrawnModel

TRIALS = 12
PLACES = 1_500
FEWEST_LAYERS = 3
HELD = 0.8
"""Share of land whose score a range from p10 to p90 is to hold."""

TRUE = (0.75, 0.85)
"""Shares of land held, between which the ranges are called true."""

_SEED = 11


class SpreadTrial(Record):
    """One third of the layers taken away.

    Attributes
    ----------
    withheld : tuple of str
        Ids of the layers.
    inside, below, above : float
        Shares of the places whose score with all layers lies inside, under and over
        the range without them, 0 to 1; its width was set by the other trials.
    kept : float
        Share of the best tenth with all layers that is in the best tenth without.
    """

    withheld: tuple[str, ...]
    inside: float
    below: float
    above: float
    kept: float


class SpreadTest(Record):
    """How true the spread of one deposit type is.

    Attributes
    ----------
    places : int
        Places on land that were looked at.
    trials : tuple of SpreadTrial
        None when the model has fewer than :data:`FEWEST_LAYERS` layers here beside
        relief, which is never taken away.
    inside, kept : float
        Means over the trials; NaN without.
    width : float
        What the ranges of the draws are multiplied with, found by all trials; without
        any, what a release with more layers needed.
    areas, areas_kept : float
        How many prospect areas, ten at most, stood first without a third of the
        layers, and how many of those are areas with all of them; means over trials.
    """

    places: int
    trials: tuple[SpreadTrial, ...]
    inside: MaybeNaN
    kept: MaybeNaN
    width: float
    areas: MaybeNaN = np.nan
    areas_kept: MaybeNaN = np.nan

    @property
    def is_true(self) -> bool | None:
        """Whether the ranges hold what they say; None when that was not tested."""
        if not self.trials:
            return None
        return TRUE[0] <= self.inside <= TRUE[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """Scores without some layers.

    ``off`` is how far the score with all lies from the middle of the range, in half
    widths of it.
    """

    withheld: tuple[str, ...]
    off: Doubles
    kept: float

    def judged(self, width: float) -> SpreadTrial:
        return SpreadTrial(
            withheld=self.withheld,
            inside=float((np.abs(self.off) <= width).mean()),
            below=float((self.off < -width).mean()),
            above=float((self.off > width).mean()),
            kept=self.kept,
        )


def spread_test(
    deposit_type: DepositType,
    measured: Mapping[str, FloatArray],
    resolutions_km: Mapping[str, float],
    *,
    trials: int = TRIALS,
    places: int = PLACES,
    seed: int = _SEED,
    layers: Layers | None = None,
) -> SpreadTest:
    """Take a third of the layers of a model away, several times.

    Parameters
    ----------
    deposit_type : DepositType
        The model; arguments whose layer is nowhere take no part.
    measured : mapping of measurement key to float32 array, shape (cells,)
        Measurements in cells of equal area; NaN = unknown.
    resolutions_km : mapping of measurement key to float
        Native resolution of the layers, km.
    trials : int
        How often at most.
    places : int
        Every n-th cell is used, n the least that leaves at most so many.
    seed : int
        Says which layers.
    layers : Layers, optional
        What is known of layers taken away, and how wide the ranges are of a model that
        has too few to be tested; as shipped if None.
    """
    layers = shipped_layers() if layers is None else layers
    present = tuple(
        item
        for item in deposit_type.evidence
        if not np.isnan(measured[item.measurement.key]).all()
    )
    # Kinds of land are told by relief, so that layer is never taken away.
    names = sorted({item.measurement.layer for item in present} - {RELIEF.layer})
    step = max(-(-len(measured[RELIEF.key]) // places), 1)
    keys = {RELIEF.key} | {one.key for item in present for one in item.measurements()}
    here = {key: measured[key][::step] for key in keys}
    count = len(here[RELIEF.key])
    if len(names) < FEWEST_LAYERS:
        width = layers.widths.get(deposit_type.id, 1.0)
        return SpreadTest(
            places=count, trials=(), inside=np.nan, kept=np.nan, width=width
        )
    whole = replace(deposit_type, evidence=present)

    def fitted(known: Mapping[str, FloatArray]) -> RegionalModel:
        return fit_to_land(whole, known, resolutions_km, layers=layers)

    found = best_scores(fitted(here), here)
    done = [
        _trial(whole, here, fitted, found, withheld)
        for withheld in _thirds(names, trials, seed)
    ]
    judged = tuple(
        one.judged(_width([other for other in done if other is not one]))
        for one in done
    )
    return SpreadTest(
        places=count,
        trials=judged,
        inside=float(np.mean([one.inside for one in judged])),
        kept=float(np.mean([one.kept for one in judged])),
        width=_width(done),
    )


def without_layers(
    deposit_type: DepositType,
    measured: Mapping[str, FloatArray],
    withheld: Collection[str],
) -> dict[str, FloatArray]:
    """Forget what some layers say to a model; relief tells kinds of land and stays."""
    gone = {
        one.key
        for item in deposit_type.evidence
        if item.measurement.layer in withheld
        for one in (item.measurement, *item.shares.values())
    } - {RELIEF.key}
    return {
        key: np.full_like(values, np.nan) if key in gone else values
        for key, values in measured.items()
    }


def best_scores(model: RegionalModel, measured: Mapping[str, FloatArray]) -> FloatArray:
    """Score places by the best values of a model, 0 to 1; NaN = unknown."""
    best = DrawnModel.of(model, best_values(model.deposit_type))
    return np.exp(best.log_scores(measured)[:, 0])


def _width(trials: list[_Trial]) -> float:
    """Find the width at which some trials hold what they are to hold on average."""
    off = np.concatenate([np.abs(one.off) for one in trials])
    return float(np.quantile(off, HELD))


def _thirds(layers: list[str], trials: int, seed: int) -> list[tuple[str, ...]]:
    """Choose different thirds of some layers."""
    every = list(combinations(layers, max(round(len(layers) / 3), 1)))
    order = np.random.default_rng(seed).permutation(len(every))[:trials]
    return [every[position] for position in sorted(order.tolist())]


def _trial(
    whole: DepositType,
    measured: Mapping[str, FloatArray],
    fitted: Callable[[Mapping[str, FloatArray]], RegionalModel],
    found: FloatArray,
    withheld: tuple[str, ...],
) -> _Trial:
    """Score without some layers, and compare with the score of all."""
    less = without_layers(whole, measured, withheld)
    model = fitted(less)
    drawn = DrawnModel.of(model, draw(whole), apart=False).log_scores(less)
    low, middle, high = percentiles(drawn).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.log(found.astype(np.float64)) - middle
        off = off / np.maximum(np.where(off < 0, middle - low, high - middle), 1e-9)
    best, best_without = _best_tenth(found), _best_tenth(best_scores(model, less))
    return _Trial(
        withheld=withheld,
        off=off[~np.isnan(off)],
        kept=float((best & best_without).sum() / max(best.sum(), 1)),
    )


def _best_tenth(scores: FloatArray) -> npt.NDArray[np.bool_]:
    known = scores[~np.isnan(scores)]
    if not len(known):
        return np.zeros(len(scores), dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        return np.asarray(scores >= np.quantile(known, 0.9))
