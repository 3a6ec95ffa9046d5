"""Ways of holding places out, and what a learned model reaches on what it never saw.

Everything that data decide (means, deviations, slopes, the penalty) is fitted inside
the fold.  Two questions are kept apart: is a known example told from a place where the
same surveys list *another deposit*, and is it told from *ordinary land*?
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from geodata.grid import FloatArray
from geodata.scoring.evaluation.blocks import block_folds, degree_blocks, ground_blocks
from geodata.scoring.evaluation.calibration import Reliability, reliability
from geodata.scoring.evaluation.capture import (
    capture_curve,
    mean_rank_interval,
    rank_in_area,
)
from geodata.scoring.evaluation.folds import (
    Fold,
    buffered_leave_one_out,
    groups_out,
    leave_pair_out,
)
from geodata.scoring.evaluation.intervals import Estimate, bootstrap_interval
from geodata.scoring.evaluation.metrics import (
    auc,
    auc_interval,
    leave_pair_out_auc,
    pr_auc,
)
from geodata.scoring.learning.argument import Argument, Float64Array
from geodata.scoring.learning.train import LAND_SHARE, choose_ridge, fit_to
from geodata.scoring.learning.training import LABEL, LAND, OTHER_DEPOSIT, TrainingSet

BoolArray = npt.NDArray[np.bool_]
AGAINST = {OTHER_DEPOSIT: "other deposits", LAND: "land"}

BLOCKS_DEG = (5.0, 10.0, 15.0)
SHIFTS = ((0.0, 0.0), (0.5, 0.5))
REGION_KM = 3_000.0
BUFFER_KM = 100.0
_FOLDS = 8
_FEWEST_IN_REGION = 3
_NEGATIVES_EACH = 2
_NEGATIVES_BESIDE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What one way of holding out gives.

    Attributes
    ----------
    name, kind : str
        In words; and one of blocks, regions, countries, buffered leave-one-out,
        leave-pair-out.
    against : str
        ``other deposits`` or ``land``.
    auc : Estimate
        Held out; 0.5 is chance.
    resubstitution : float
        The same on the places the model was trained on.
    buffer_km : float
        Dead zone around what is tested.
    pr_auc, base_rate : float
        Average precision and what chance gives; NaN where not computed.
    note : str
        What a reader must know.
    """

    name: str
    kind: str
    against: str
    auc: Estimate
    resubstitution: float
    buffer_km: float
    pr_auc: float
    base_rate: float
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A model that can be fitted again and again.

    Attributes
    ----------
    places : TrainingSet
        All places.
    arguments : sequence of Argument
        What is added up.
    eligible : array of bool, shape (places,)
        Places that may be looked at at all; the withheld region is not.
    land_share : float
        Share of land in the background's weight.
    ridge : float or None
        The penalty; None: chosen anew in every fold, among its training places.
    """

    places: TrainingSet
    arguments: Sequence[Argument]
    eligible: BoolArray
    land_share: float = LAND_SHARE
    ridge: float | None = None

    def scores(self, train: BoolArray, test: BoolArray) -> Float64Array:
        """Fit on some places and score others."""
        learning = train & self.eligible
        share = self.land_share
        ridge = self.ridge or choose_ridge(
            self.places, learning, self.arguments, land_share=share
        )
        model = fit_to(
            self.places, learning, self.arguments, ridge=ridge, land_share=share
        )
        return model.log_odds(self.places.encoded[test])

    def held_out(self, folds: Iterator[Fold]) -> Float64Array:
        """Score every eligible place by a model that did not see its fold.

        Returns
        -------
        array of float64, shape (places,)
            NaN where a place was in no test, or its fold left nothing to learn from.
        """
        found = np.full(len(self.eligible), np.nan)
        for fold in folds:
            test = fold.test & self.eligible
            answers = self.places.positive[fold.train & self.eligible]
            if test.any() and answers.any() and not answers.all():
                found[test] = self.scores(fold.train, test)
        return found


def resubstitution(trial: Trial) -> dict[int, float]:
    """Return the AUC on the training places themselves, by kind of background."""
    scores = trial.scores(trial.eligible, trial.eligible)
    group = trial.places.group[trial.eligible]
    return {
        kind: auc(scores[group == LABEL], scores[group == kind]) for kind in AGAINST
    }


def by_blocks(trial: Trial, block_deg: float) -> list[Float64Array]:
    """Score places by folds of blocks, once for each shift of the blocks.

    Places at the very spot of a tested one do not train; there is no other buffer.
    """
    places, rows = trial.places, np.flatnonzero(trial.eligible)
    found = []
    for seed, shift in enumerate(SHIFTS):
        blocks = degree_blocks(
            places.lon[rows], places.lat[rows], block_deg=block_deg, shift=shift
        )
        fold = block_folds(
            blocks, folds=_FOLDS, seed=seed, positives=places.positive[rows]
        )
        folds = groups_out(fold, places.lon[rows], places.lat[rows])
        found.append(trial.held_out(_of_all(folds, trial.eligible)))
    return found


def _of_all(folds: Iterator[Fold], chosen: BoolArray) -> Iterator[Fold]:
    """Turn folds of some places into folds of all; the others are in neither part."""
    for fold in folds:
        yield Fold(
            train=_spread(fold.train, chosen),
            test=_spread(fold.test, chosen),
            name=fold.name,
        )


def _spread(mask: BoolArray, chosen: BoolArray) -> BoolArray:
    whole = np.zeros(len(chosen), dtype=np.bool_)
    whole[np.flatnonzero(chosen)[mask]] = True
    return whole


def block_schemes(
    trial: Trial, block_deg: float, learned: dict[int, float]
) -> list[Scheme]:
    """Report folds of blocks: the mean over the shifts, against both backgrounds."""
    every = by_blocks(trial, block_deg)
    group = trial.places.group
    found = []
    for kind, against in AGAINST.items():
        parts = [
            auc_interval(
                scores[(group == LABEL) & told], scores[(group == kind) & told]
            )
            for scores in every
            for told in [~np.isnan(scores)]
        ]
        precise = [
            pr_auc(scores[(group == LABEL) & told], scores[(group == kind) & told])
            for scores in every
            for told in [~np.isnan(scores)]
        ]
        found.append(
            Scheme(
                name=f"blocks of {block_deg:g}°",
                kind="blocks",
                against=against,
                auc=_mean(parts),
                resubstitution=learned[kind],
                buffer_km=0.0,
                pr_auc=float(np.mean([item.average.value for item in precise])),
                base_rate=precise[0].base_rate,
                note=f"{_FOLDS} folds, mean of {len(SHIFTS)} positions of the blocks",
            )
        )
    return found


def _mean(parts: Sequence[Estimate]) -> Estimate:
    """Average figures of the same sites; n does not grow by it."""
    return Estimate(
        value=float(np.mean([part.value for part in parts])),
        low=float(np.mean([part.low for part in parts])),
        high=float(np.mean([part.high for part in parts])),
        n=parts[0].n,
    )


def country_scheme(trial: Trial, learned: dict[int, float]) -> Scheme:
    """Report leave-one-country-out with a dead zone, against other deposits."""
    places = trial.places
    country = places.places["country"].to_numpy(dtype=str)
    # A deposit without a country could lie in the one that is tested.
    chosen = trial.eligible & ((country != "") | (places.group == LAND))
    folds = (
        fold
        for fold in groups_out(
            country[chosen],
            places.lon[chosen],
            places.lat[chosen],
            buffer_km=BUFFER_KM,
        )
        if fold.name
    )
    scores = trial.held_out(_of_all(folds, chosen))
    told = ~np.isnan(scores)
    group = places.group
    return Scheme(
        name="leave one country out",
        kind="countries",
        against=AGAINST[OTHER_DEPOSIT],
        auc=auc_interval(
            scores[told & (group == LABEL)], scores[told & (group == OTHER_DEPOSIT)]
        ),
        resubstitution=learned[OTHER_DEPOSIT],
        buffer_km=BUFFER_KM,
        pr_auc=np.nan,
        base_rate=np.nan,
        note=f"{len(np.unique(country[told]))} countries, by the names the tables give",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionsOut:
    """How known examples rank among the land of a region the model never saw.

    Attributes
    ----------
    regions : int
        Regions tested.
    mean_rank : Estimate
        Mean area rank, 0 best; 0.5 is chance.  The interval draws whole regions.
    ranks : array of float64, shape (labels,)
        Of every label in them.
    """

    regions: int
    mean_rank: Estimate
    ranks: Float64Array


def regions_out(trial: Trial) -> RegionsOut:
    """Leave out regions of the world about as large as Central Asia, one at a time."""
    places = trial.places
    region = ground_blocks(places.lon, places.lat, block_km=REGION_KM)
    group = places.group
    ranks: list[FloatArray] = []
    for fold in groups_out(region, places.lon, places.lat, buffer_km=BUFFER_KM):
        test = fold.test & trial.eligible
        here = group[test]
        if (here == LABEL).sum() < _FEWEST_IN_REGION or not (here == LAND).any():
            continue
        scores = trial.scores(fold.train, test)
        land = scores[here == LAND].astype(np.float32)
        ranks.append(rank_in_area(scores[here == LABEL], land))
    sums = np.array([[found.sum(), len(found)] for found in ranks]).reshape(-1, 2)
    every = np.concatenate(ranks) if ranks else np.zeros(0, dtype=np.float32)
    return RegionsOut(
        regions=len(ranks),
        mean_rank=replace(
            bootstrap_interval(_mean_of_sums, sums.astype(np.float64)), n=len(every)
        ),
        ranks=every.astype(np.float64),
    )


def _mean_of_sums(rows: Float64Array) -> float:
    total, count = rows.sum(axis=0)
    return float(total / count)


def region_capture(found: RegionsOut, shares: Sequence[float]) -> list[float]:
    """Return the share of labels within the best parts of their regions."""
    return [float(share) for share in capture_curve(found.ranks, shares).share]


def one_out_schemes(trial: Trial, learned: dict[int, float]) -> list[Scheme]:
    """Report buffered leave-one-out and leave-pair-out, against other deposits.

    Give a trial with a fixed penalty: there are hundreds of fits.
    """
    against = AGAINST[OTHER_DEPOSIT]
    return [
        Scheme(
            name="leave one example out",
            kind="buffered leave-one-out",
            against=against,
            auc=mean_rank_interval(_one_out(trial)),
            resubstitution=learned[OTHER_DEPOSIT],
            buffer_km=BUFFER_KM,
            pr_auc=np.nan,
            base_rate=np.nan,
            note=f"each example against {_NEGATIVES_BESIDE} other deposits that were "
            f"held out with it; {_fixed(trial)}",
        ),
        Scheme(
            name="leave one pair out",
            kind="leave-pair-out",
            against=against,
            auc=_pairs_out(trial),
            resubstitution=learned[OTHER_DEPOSIT],
            buffer_km=BUFFER_KM,
            pr_auc=np.nan,
            base_rate=np.nan,
            note=f"{_NEGATIVES_EACH} other deposits for each example; {_fixed(trial)}",
        ),
    ]


def _one_out(trial: Trial) -> Float64Array:
    """Return for each example which share of some held-out other deposits it beats."""
    places = trial.places
    rows = np.flatnonzero(trial.eligible)
    others = np.flatnonzero(trial.eligible & (places.group == OTHER_DEPOSIT))
    chance = np.random.default_rng(0)
    won = []
    for fold in buffered_leave_one_out(
        places.lon[rows],
        places.lat[rows],
        of=places.positive[rows],
        buffer_km=BUFFER_KM,
    ):
        train = _spread(fold.train, trial.eligible)
        count = min(_NEGATIVES_BESIDE, len(others))
        beside = np.zeros(len(train), dtype=np.bool_)
        beside[chance.choice(others, size=count, replace=False)] = True
        train &= ~beside
        test = _spread(fold.test, trial.eligible) | beside
        scores = trial.scores(train, test)
        alone = places.positive[test]
        won.append(auc(scores[alone], scores[~alone]))
    return np.array(won)


def _pairs_out(trial: Trial) -> Estimate:
    places = trial.places
    rows = np.flatnonzero(trial.eligible)
    pairs = leave_pair_out(
        places.lon[rows],
        places.lat[rows],
        positives=places.positive[rows],
        negatives=places.group[rows] == OTHER_DEPOSIT,
        buffer_km=BUFFER_KM,
        negatives_each=_NEGATIVES_EACH,
    )
    apart, owner = [], []
    for pair in pairs:
        test = np.zeros(len(rows), dtype=np.bool_)
        test[[pair.positive, pair.negative]] = True
        scores = trial.scores(
            _spread(pair.train, trial.eligible), _spread(test, trial.eligible)
        )
        sign = 1.0 if pair.positive < pair.negative else -1.0
        apart.append(sign * (scores[0] - scores[1]))
        owner.append(pair.positive)
    return leave_pair_out_auc(apart, owner)


def _fixed(trial: Trial) -> str:
    if trial.ridge is None:
        return "penalty chosen in every fold"
    return f"penalty {trial.ridge:g}, chosen once on all training places"


def calibrate(trial: Trial, scores: Float64Array) -> Reliability:
    """Compare held-out odds, put back to the true base rate, with what was seen."""
    told = ~np.isnan(scores)
    positive = trial.places.positive[told]
    shift = np.log(positive.sum() / max((~positive).sum(), 1))
    return reliability(expit(scores[told] + shift), positive)
