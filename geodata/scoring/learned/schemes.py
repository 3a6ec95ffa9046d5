"""Ways of holding places out, and what a learned model reaches on what it never saw.

Everything that data decide (means, deviations, slopes, the penalty) is fitted inside
the fold.  Two questions are kept apart: is a known example told from a place where the
same surveys list *another deposit*, and is it told from *ordinary land*?
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from geodata.scoring.learned.argument import Float64Array
from geodata.scoring.learned.regions import BUFFER_KM
from geodata.scoring.learned.training import LABEL, LAND, OTHER_DEPOSIT
from geodata.scoring.learned.trial import (
    AGAINST,
    FOLDS,
    SHIFTS,
    Trial,
    by_blocks,
    of_all,
    spread,
)
from geodata.scoring.validation.calibration import Reliability, reliability
from geodata.scoring.validation.capture import mean_rank_interval
from geodata.scoring.validation.folds import (
    buffered_leave_one_out,
    groups_out,
    leave_pair_out,
)
from geodata.scoring.validation.intervals import Estimate, mean_of
from geodata.scoring.validation.metrics import (
    auc,
    auc_interval,
    leave_pair_out_auc,
    pr_auc,
)

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
                auc=mean_of(parts),
                resubstitution=learned[kind],
                buffer_km=0.0,
                pr_auc=float(np.mean([item.average.value for item in precise])),
                base_rate=precise[0].base_rate,
                note=f"{FOLDS} folds, mean of {len(SHIFTS)} positions of the blocks",
            )
        )
    return found


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
    scores = trial.held_out(of_all(folds, chosen))
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
        note=f"{len(np.unique(country[told & (group == LABEL)]))} countries with an "
        f"example, of {len(np.unique(country[told & (country != '')]))}, by the names "
        "the tables give",
    )


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
            note="the dead zone is around the example; it stands against "
            f"{_NEGATIVES_BESIDE} other deposits that were held out one by one with "
            f"it, so their neighbours trained; {_fixed(trial)}",
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
        train = spread(fold.train, trial.eligible)
        count = min(_NEGATIVES_BESIDE, len(others))
        beside = np.zeros(len(train), dtype=np.bool_)
        beside[chance.choice(others, size=count, replace=False)] = True
        train &= ~beside
        test = spread(fold.test, trial.eligible) | beside
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
            spread(pair.train, trial.eligible), spread(test, trial.eligible)
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
