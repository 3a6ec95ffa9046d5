"""Test a learned model on places of a table that no model was trained on."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.layers.occurrences.positions import inside
from geodata.layers.occurrences.samples import BESIDE_KM, unseen
from geodata.layers.store import LayerStore
from geodata.release.withheld_region import Trained
from geodata.scoring.learned.argument import Float64Array, LearnedType
from geodata.scoring.learned.cross_validation import BUFFER_KM, REGION_KM
from geodata.scoring.learned.fit import Coefficients
from geodata.scoring.learned.training import choose_ridge, fit_to
from geodata.scoring.learned.training_set import (
    CENTRAL_ASIA,
    LAND,
    OCCURRENCES,
    blurred,
)
from geodata.scoring.validation.blocks import ground_blocks
from geodata.scoring.validation.capture import rank_in_area
from geodata.scoring.validation.folds import groups_out
from geodata.scoring.validation.intervals import grouped_mean_interval
from geodata.scoring.validation.learned_trials import OutsideSite, OutsideTest


def outside_test(
    learned_type: LearnedType, trained: Trained, store: LayerStore
) -> OutsideTest:
    """Rank places of rare earths that are in no table the model was trained on.

    Parameters
    ----------
    learned_type : LearnedType
        Its arguments, and the deposit types akin to it.
    trained : Trained
        The model with the places it was trained on.
    store : LayerStore
        Holds the layer of occurrences.

    Returns
    -------
    OutsideTest
        Of places outside the region that was kept back.  The model itself may have seen
        other known places of their region; the second rank is by one that did not.
    """
    table = store.vector(OCCURRENCES).table
    rows = unseen(table)
    rows = rows[~inside(CENTRAL_ASIA, rows["lon"].to_numpy(), rows["lat"].to_numpy())]
    rows = pd.DataFrame(rows.drop(columns="geometry")).assign(
        akin=rows["deposit_type"].isin(learned_type.akin)
    )
    rows = rows.sort_values(["akin", "name"], ascending=[False, True])
    akin = rows["akin"].to_numpy(np.bool_)
    encoded = blurred(learned_type.arguments, trained.readings, rows)
    lon, lat = rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)
    region = ground_blocks(lon, lat, block_km=REGION_KM)
    ranks, unseen_ranks = (np.full(len(rows), np.nan) for _ in range(2))
    for number in np.unique(region):
        here = region == number
        fitted, land = _without(learned_type, trained, int(number))
        for found, coefficients in (
            (ranks, trained.model.coefficients),
            (unseen_ranks, fitted),
        ):
            if len(land):
                found[here] = _rank(coefficients, encoded[here], land)
    return OutsideTest(
        apart_km=BESIDE_KM,
        sites=tuple(
            OutsideSite(
                name=row["name"].strip(),
                said=row["deposit_type_source"],
                record=row["occurrence_id"],
                akin=row["akin"],
                lon=row["lon"],
                lat=row["lat"],
                rank=float(rank),
                unseen_rank=float(unseen_rank),
            )
            for row, rank, unseen_rank in zip(
                rows.to_dict("records"), ranks, unseen_ranks, strict=True
            )
        ),
        regions=len(np.unique(region[akin])),
        mean_rank=grouped_mean_interval(ranks[akin], region[akin]),
        mean_unseen_rank=grouped_mean_interval(unseen_ranks[akin], region[akin]),
        every=grouped_mean_interval(ranks, region),
    )


def _without(
    learned_type: LearnedType, trained: Trained, region: int
) -> tuple[Coefficients, Float64Array]:
    """Fit the model without a region of the world; return also the region's land."""
    places, eligible = trained.places, trained.eligible
    there = ground_blocks(places.lon, places.lat, block_km=REGION_KM) == region
    train: npt.NDArray[np.bool_] = eligible
    for fold in groups_out(there, places.lon, places.lat, buffer_km=BUFFER_KM):
        if there.any() and (fold.test == there).all():
            train = fold.train & eligible
    arguments = learned_type.arguments
    ridge = choose_ridge(places, train, arguments)
    land = places.encoded[eligible & there & (places.group == LAND)]
    return fit_to(places, train, arguments, ridge=ridge), land


def _rank(
    coefficients: Coefficients, sites: Float64Array, land: Float64Array
) -> Float64Array:
    scores = coefficients.log_odds(land).astype(np.float32)
    return rank_in_area(coefficients.log_odds(sites), scores).astype(np.float64)
