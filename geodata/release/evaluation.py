"""Evaluate a learned model: every scheme, the withheld region, rivals and baselines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from geodata.evidence.recipes import Reading
from geodata.layers.store import LayerStore
from geodata.raster import DegreeArray
from geodata.release.contestants import (
    baselines,
    contestants,
    encoded_at,
    rivals,
)
from geodata.release.withheld_region import (
    CELL_M,
    WITHHELD,
    outside,
    withheld_region,
)
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.learned.alone import alone, arguments_alone, directed
from geodata.scoring.learned.argument import Float64Array
from geodata.scoring.learned.argument_file import LearnedType
from geodata.scoring.learned.breakdown import by_label, by_table
from geodata.scoring.learned.fit import Coefficients
from geodata.scoring.learned.model import LearnedModel
from geodata.scoring.learned.regions import region_capture, regions_out
from geodata.scoring.learned.schemes import (
    block_schemes,
    calibrate,
    country_scheme,
    one_out_schemes,
)
from geodata.scoring.learned.train import LAND_SHARE, fit_to, train_model
from geodata.scoring.learned.training import (
    CENTRAL_ASIA,
    assemble,
    prepare_arguments,
)
from geodata.scoring.learned.trial import BLOCKS_DEG, Trial, by_blocks, resubstitution
from geodata.scoring.learned.withheld import (
    SHARES,
    Contestant,
    Region,
    Scorer,
    plain,
    try_model,
)
from geodata.scoring.validation.capture import capture_curve

LAND_SHARES = (0.0, 0.25, 0.75, 1.0)
"""Other shares of land in the background that were tried."""

_CALIBRATION = ("predicted", "observed", "low", "high", "n")

Tell = Callable[[str], object]
Encoder = Callable[[DegreeArray, DegreeArray], Float64Array]


def evaluate(
    learned_type: LearnedType, expert: DepositType | None, store: LayerStore, tell: Tell
) -> dict[str, Any]:
    """Evaluate the learned model of one deposit type by every scheme.

    Parameters
    ----------
    learned_type : LearnedType
        Its arguments.
    expert : DepositType or None
        The expert model of the same type, tried beside it.
    store : LayerStore
        With the ingested layers.
    tell : function of str
        Told what is being done.

    Returns
    -------
    dict
        JSON-ready report.

    Raises
    ------
    MissingLayerError, TrainingError
        If a layer is not there or there are too few examples.
    """
    tell("reading the arguments world-wide")
    readings = prepare_arguments(learned_type.arguments, store)
    places = assemble(
        learned_type.deposit_type, learned_type.arguments, readings, store
    )
    eligible = outside(places)
    tell("training without Central Asia")
    model = train_model(
        learned_type, places, readings, train=eligible, withheld=WITHHELD
    )
    trial = Trial(places=places, arguments=learned_type.arguments, eligible=eligible)
    learned = resubstitution(trial)
    schemes = []
    for block_deg in BLOCKS_DEG:
        tell(f"blocks of {block_deg:g}°")
        schemes += block_schemes(trial, block_deg, learned)
    tell("countries")
    schemes.append(country_scheme(trial, learned))
    tell("regions")
    regions = regions_out(trial)
    tell("one example and one pair at a time")
    fixed = replace(trial, ridge=model.training.ridge)
    schemes += one_out_schemes(fixed, learned)
    held_out = by_blocks(trial, BLOCKS_DEG[-1])
    odds = calibrate(trial, held_out[0])
    tell("single measurements")
    arguments = arguments_alone(model, places, eligible)
    simple = [
        {
            "name": one.name,
            **alone(
                places,
                eligible,
                np.asarray(one.score(places.lon, places.lat), dtype=np.float64),
                knows_others=one.knows_others,
            ),
        }
        for one in baselines(store)
    ]
    tell("the withheld region")
    region = withheld_region(places, store)
    entered = [
        *contestants(model, readings, expert, store),
        *rivals(model, readings, places, eligible),
    ]
    for row, one in _directed_contestants(model, readings, arguments):
        row["withheld"] = try_model(one, region)["all"] if len(region.sites) else None
    return {
        "deposit_type": learned_type.deposit_type,
        "title": learned_type.title,
        "n_world": int((places.positive & eligible).sum()),
        "n_withheld": len(region.sites),
        "region": asdict(CENTRAL_ASIA),
        "withheld_note": WITHHELD,
        "background": {
            "others": model.training.others,
            "land": model.training.land,
            "land_share": LAND_SHARE,
        },
        "ridge": model.training.ridge,
        "schemes": [plain(asdict(scheme)) for scheme in schemes],
        "arguments": arguments,
        "baselines": simple,
        "by_table": by_table(places, held_out),
        "by_label": by_label(places, held_out),
        "regions": {
            "n": regions.mean_rank.n,
            "regions": regions.regions,
            "mean_rank": plain(asdict(regions.mean_rank)),
            "capture": plain(_curve(regions.ranks)),
        },
        "withheld": {
            "cells": len(region.lon),
            "cell_km2": CELL_M**2 / 1e6,
            "sites": plain(region.sites.to_dict("records")),
            "models": [try_model(one, region) for one in entered]
            if len(region.sites)
            else [],
        },
        "calibration": plain({name: getattr(odds, name) for name in _CALIBRATION}),
        "tried": plain(
            _tried(
                fixed,
                tell,
                model,
                lambda lon, lat: encoded_at(model, readings, lon, lat),
                region,
            )
        ),
        "cannot_say": cannot_say(region, expert),
        "layers": dict(sorted(model.training.layers.items())),
    }


def _directed_contestants(
    model: LearnedModel,
    readings: Mapping[str, Reading],
    rows: Sequence[dict[str, Any]],
) -> Iterator[tuple[dict[str, Any], Contestant]]:
    """Yield the row of each argument that has a sign, and its map by itself."""
    signs = directed(model.arguments)
    for row in rows:
        if row["name"] in signs:
            column, sign = signs[row["name"]]

            def score(
                lon: DegreeArray,
                lat: DegreeArray,
                column: int = column,
                sign: float = sign,
            ) -> Float64Array:
                return np.asarray(
                    sign * encoded_at(model, readings, lon, lat)[:, column]
                )

            yield (
                row,
                Contestant(
                    name=row["title"], kind="argument", score=score, ties_halved=True
                ),
            )


def cannot_say(region: Region, expert: DepositType | None) -> list[str]:
    """Say in words what this test leaves open."""
    count, inside = len(region.sites), int(region.sites["in_states"].sum())
    many = region.sites["district"].nunique()
    found = [
        (
            "The known examples are places somebody described. Where nobody looked the "
            "model is not tested, and an example is an occurrence, not a deposit worth "
            "mining."
        ),
        (
            "No layer at hand shows alkaline rock, thorium or fenite themselves; "
            "bedrock is known on cells of about 100 km, so nothing finer can be told "
            "apart."
        ),
    ]
    if not count:
        return [
            "No known example lies in Central Asia: there the model is untested.",
            *found,
        ]
    if expert is not None:
        found.append(
            "The expert model was written by people who knew these places; its figure "
            "is no blind test."
        )
    return [
        (
            f"{count} known examples in {many} districts, {inside} of them in the "
            "five states, are few: one place more or less moves a share by "
            f"{1 / count:.0%}. See the intervals, which count districts."
        ),
        (
            "The type of an example is that of its table. The list of known sites may "
            "give the same place another type."
        ),
        *found,
    ]


def _tried(
    trial: Trial, tell: Tell, model: LearnedModel, at: Encoder, region: Region
) -> list[dict[str, Any]]:
    """Report other shares of land in the background; none was chosen by the region."""
    found = []
    for share in LAND_SHARES:
        tell(f"share of land {share:g}")
        other = replace(trial, land_share=share)
        blocks = block_schemes(other, BLOCKS_DEG[-1], resubstitution(other))
        regions = regions_out(other)
        refitted = fit_to(
            trial.places,
            trial.eligible,
            trial.arguments,
            ridge=model.training.ridge,
            land_share=share,
        )
        named = f"share of land in the background {share:g}"
        row: dict[str, Any] = {
            "what": named,
            "auc": {scheme.against: scheme.auc.value for scheme in blocks},
            "mean_rank": regions.mean_rank.value,
            "capture": region_capture(regions, (0.1, 0.2)),
            "withheld": None,
        }
        if len(region.sites):
            entered = Contestant(
                name=named, kind="learned", score=_scorer(refitted, at)
            )
            row["withheld"] = try_model(entered, region)["all"]
        found.append(row)
    return found


def _scorer(fitted: Coefficients, at: Encoder) -> Scorer:
    return lambda lon, lat: fitted.log_odds(at(lon, lat))


def _curve(ranks: Float64Array) -> list[dict[str, Any]]:
    curve = capture_curve(ranks, SHARES)
    names = ("area", "sites", "share", "low", "high")
    columns = [getattr(curve, name).tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
