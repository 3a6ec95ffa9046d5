"""Ways of holding places out, and what a learned model reaches on what it never saw.

Everything that data decide (means, deviations, slopes, the penalty) is fitted inside
the fold.  Two questions are kept apart: is a known example told from a place where the
same surveys list *another deposit*, and is it told from *ordinary land*?
"""

import numpy as np
from scipy.special import expit

from geodata.scoring.learned.argument import Float64Array
from geodata.scoring.learned.cross_validation import (
    AGAINST,
    BUFFER_KM,
    FOLDS,
    SHIFTS,
    CrossValidation,
    by_blocks,
    of_all,
    of_chosen,
)
from geodata.scoring.learned.training_set import LABEL, LAND, OTHER_DEPOSIT
from geodata.scoring.validation.calibration import reliability
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
from geodata.scoring.validation.report import CalibrationBin, Scheme

_NEGATIVES_EACH = 2
_NEGATIVES_BESIDE = 200


def block_schemes(
    model: CrossValidation, block_deg: float, learned: dict[int, float]
) -> list[Scheme]:
    """Report folds of blocks: the mean over the shifts, against both backgrounds."""
    every = by_blocks(model, block_deg)
    group = model.places.group
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
                kind="blocks",
                against=against,
                auc=mean_of(parts),
                resubstitution=learned[kind],
                buffer_km=0.0,
                pr_auc=float(np.mean([item.average.value for item in precise])),
                base_rate=precise[0].base_rate,
                block_deg=block_deg,
                folds=FOLDS,
                positions=len(SHIFTS),
            )
        )
    return found


def country_scheme(model: CrossValidation, learned: dict[int, float]) -> Scheme:
    """Report leave-one-country-out with a dead zone, against other deposits."""
    places = model.places
    country = places.places["country"].to_numpy(dtype=str)
    # A deposit without a country could lie in the one that is tested.
    chosen = model.eligible & ((country != "") | (places.group == LAND))
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
    scores = model.held_out(of_all(folds, chosen))
    told = ~np.isnan(scores)
    group = places.group
    return Scheme(
        kind="countries",
        against=AGAINST[OTHER_DEPOSIT],
        auc=auc_interval(
            scores[told & (group == LABEL)], scores[told & (group == OTHER_DEPOSIT)]
        ),
        resubstitution=learned[OTHER_DEPOSIT],
        buffer_km=BUFFER_KM,
        pr_auc=np.nan,
        base_rate=np.nan,
        countries=len(np.unique(country[told & (country != "")])),
        countries_with_example=len(np.unique(country[told & (group == LABEL)])),
    )


def one_out_schemes(model: CrossValidation, learned: dict[int, float]) -> list[Scheme]:
    """Report buffered leave-one-out and leave-pair-out, against other deposits.

    Give a model with a fixed penalty: there are hundreds of fits.
    """
    against = AGAINST[OTHER_DEPOSIT]
    return [
        Scheme(
            kind="buffered-leave-one-out",
            against=against,
            auc=mean_rank_interval(_one_out(model)),
            resubstitution=learned[OTHER_DEPOSIT],
            buffer_km=BUFFER_KM,
            pr_auc=np.nan,
            base_rate=np.nan,
            negatives=_NEGATIVES_BESIDE,
            ridge=model.ridge,
        ),
        Scheme(
            kind="leave-pair-out",
            against=against,
            auc=_pairs_out(model),
            resubstitution=learned[OTHER_DEPOSIT],
            buffer_km=BUFFER_KM,
            pr_auc=np.nan,
            base_rate=np.nan,
            negatives=_NEGATIVES_EACH,
            ridge=model.ridge,
        ),
    ]


def _one_out(model: CrossValidation) -> Float64Array:
    """Return for each example which share of some held-out other deposits it beats."""
    places = model.places
    rows = np.flatnonzero(model.eligible)
    others = np.flatnonzero(model.eligible & (places.group == OTHER_DEPOSIT))
    chance = np.random.default_rng(0)
    won = []
    for fold in buffered_leave_one_out(
        places.lon[rows],
        places.lat[rows],
        of=places.positive[rows],
        buffer_km=BUFFER_KM,
    ):
        train = of_chosen(fold.train, model.eligible)
        count = min(_NEGATIVES_BESIDE, len(others))
        beside = np.zeros(len(train), dtype=np.bool_)
        beside[chance.choice(others, size=count, replace=False)] = True
        train &= ~beside
        test = of_chosen(fold.test, model.eligible) | beside
        scores = model.scores(train, test)
        alone = places.positive[test]
        won.append(auc(scores[alone], scores[~alone]))
    return np.array(won)


def _pairs_out(model: CrossValidation) -> Estimate:
    places = model.places
    rows = np.flatnonzero(model.eligible)
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
        scores = model.scores(
            of_chosen(pair.train, model.eligible), of_chosen(test, model.eligible)
        )
        sign = 1.0 if pair.positive < pair.negative else -1.0
        apart.append(sign * (scores[0] - scores[1]))
        owner.append(pair.positive)
    return leave_pair_out_auc(apart, owner)


def calibrate(
    model: CrossValidation, scores: Float64Array
) -> tuple[CalibrationBin, ...]:
    """Compare held-out odds, put back to the true base rate, with what was seen."""
    told = ~np.isnan(scores)
    positive = model.places.positive[told]
    shift = np.log(positive.sum() / max((~positive).sum(), 1))
    found = reliability(expit(scores[told] + shift), positive)
    columns = (found.predicted, found.observed, found.low, found.high, found.n)
    return tuple(
        CalibrationBin(predicted=said, observed=seen, low=low, high=high, n=n)
        for said, seen, low, high, n in zip(
            *(column.tolist() for column in columns), strict=True
        )
    )
