"""The region that is kept back: what trains without it, and what is tried on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.evidence.recipes import Reading
from geodata.layers.store import LayerStore
from geodata.raster import Cells, Grid
from geodata.release.known_sites import on_land
from geodata.release.surroundings import read_surroundings
from geodata.scoring.learned.argument import LearnedType
from geodata.scoring.learned.cross_validation import BUFFER_KM
from geodata.scoring.learned.model import LearnedModel
from geodata.scoring.learned.training import train_model
from geodata.scoring.learned.training_set import (
    CENTRAL_ASIA,
    LABEL,
    OTHER_DEPOSIT,
    TrainingSet,
    assemble,
    prepare_arguments,
)
from geodata.scoring.learned.withheld import Region, districts_of
from geodata.scoring.validation.folds import groups_out

CELL_M = 5_000.0
WITHHELD = "Central Asia, 46–88 E and 35–56 N, with 100 km around it"


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A learned model with what it was trained on.

    Attributes
    ----------
    model : LearnedModel
        The model.
    readings : mapping of str to Reading
        What its arguments are read from, world-wide.
    places : TrainingSet
        All places, those that were kept back too.
    eligible : array of bool, shape (places,)
        Those that took part.
    """

    model: LearnedModel
    readings: Mapping[str, Reading]
    places: TrainingSet
    eligible: npt.NDArray[np.bool_]


def train_type(
    learned_type: LearnedType,
    store: LayerStore,
    *,
    withhold: bool = True,
    tell: Callable[[str], object] = str,
) -> Trained:
    """Train the learned model of a deposit type on the world's occurrences.

    Parameters
    ----------
    learned_type : LearnedType
        Its arguments.
    store : LayerStore
        With the ingested layers.
    withhold : bool
        Keep Central Asia back whole.
    tell : function of str
        Told what is being done.

    Raises
    ------
    MissingLayerError, TrainingError
        If a layer is not there or there are too few examples.
    """
    tell("reading the arguments world-wide")
    arguments = learned_type.arguments
    readings = prepare_arguments(arguments, store)
    places = assemble(learned_type.deposit_type, arguments, readings, store)
    eligible = outside(places) if withhold else np.ones(len(places.group), np.bool_)
    tell("training")
    model = train_model(
        learned_type,
        places,
        readings,
        train=eligible,
        withheld=WITHHELD if withhold else "",
    )
    return Trained(model=model, readings=readings, places=places, eligible=eligible)


def outside(places: TrainingSet) -> npt.NDArray[np.bool_]:
    """Say which places may be looked at when Central Asia is kept back.

    Places nearer than
    :data:`~geodata.scoring.learned.cross_validation.BUFFER_KM` to any withheld place
    are kept back too.
    """
    inside = places.within(CENTRAL_ASIA)
    fold = next(
        fold
        for fold in groups_out(inside, places.lon, places.lat, buffer_km=BUFFER_KM)
        if (fold.test == inside).all()
    )
    return np.asarray(fold.train)


def withheld_region(places: TrainingSet, store: LayerStore) -> Region:
    """Return the known places of Central Asia, and the land of the five states."""
    around = read_surroundings(store)
    cells = Cells.inside(Grid.covering(around.scored, cell_m=CELL_M), around.scored)
    lon, lat = cells.lonlat()
    within = places.within(CENTRAL_ASIA)
    chosen = places.places[within & (places.group == LABEL)].reset_index(drop=True)
    sites = _points(chosen)
    inside = on_land(sites, around.scored) if len(sites) else np.zeros(0, np.bool_)
    others = places.places[within & (places.group == OTHER_DEPOSIT)]
    on_states = on_land(_points(others.reset_index(drop=True)), around.scored)
    return Region(
        sites=chosen[["name", "lon", "lat", "uncertainty_km", "said"]].assign(
            in_states=inside, district=districts_of(chosen)
        ),
        others=others.reset_index(drop=True)[on_states],
        lon=lon,
        lat=lat,
    )


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        table,
        geometry=gpd.points_from_xy(table["lon"], table["lat"]),
        crs="EPSG:4326",
    )
