"""Ask every map about deposits of other kinds, so that one of belts is known."""

from collections.abc import Collection, Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geodata.evidence.recipes import Reading
from geodata.layers.occurrences.deposit_classes import (
    CLASSES,
    IGNEOUS,
    IGNEOUS_RARE_EARTHS,
    class_places,
    kin_of,
    own_classes,
)
from geodata.layers.store import LayerStore
from geodata.raster import Cells, FloatArray
from geodata.region import WINDOW
from geodata.release.asked_places import Places, ranks_around, sites_of
from geodata.release.known_sites import MADE_FROM_OCCURRENCES, records_of
from geodata.release.map_layers import OCCURRENCES
from geodata.release.map_tests import Maps
from geodata.release.surroundings import Surroundings
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.validation.report import MapId
from geodata.scoring.validation.specificity import (
    FEWEST_OWN,
    FEWEST_SITES,
    ClassSites,
    Specificity,
    SpecificityRow,
    enough,
)


def classes_on_land(
    store: LayerStore, cells: Cells, around: Surroundings, sites: Places
) -> dict[str, Places]:
    """Return the places of every class on the scored land, by class.

    Parameters
    ----------
    store : LayerStore
        With the public tables.
    cells, around
        The land cells, and the land they are of.
    sites : Places
        The known rare-earth sites, of which one class is made.
    """
    occurrences = store.vector(OCCURRENCES).table
    lon, lat = occurrences["lon"], occurrences["lat"]
    near = lon.between(WINDOW.west, WINDOW.east) & lat.between(
        WINDOW.south, WINDOW.north
    )
    occurrences = occurrences[near.to_numpy(np.bool_)].reset_index(drop=True)
    igneous = sites.table["deposit_type"].str.startswith(IGNEOUS).to_numpy(np.bool_)
    return {
        IGNEOUS_RARE_EARTHS: sites.of(igneous),
        **{
            name: Places.on(class_places(occurrences, name), cells, around)
            for name in CLASSES
        },
    }


def records_read(
    models: Mapping[str, DepositType],
    readings: Mapping[str, Reading],
    store: LayerStore,
) -> dict[str, frozenset[str]]:
    """Return the occurrence records that layers of each model were made from.

    Returns
    -------
    dict of str to set of str
        Deposit type → records, as ``source-record``.
    """
    made = {
        reading.measurement.layer
        for reading in readings.values()
        if reading.provenance is not None
        and reading.provenance.extra.get(MADE_FROM_OCCURRENCES)
    }
    held = {layer: records_of(store.vector(layer).table) for layer in sorted(made)}
    return {
        name: frozenset().union(
            *(held[layer] for layer in {i.layer for i in model.measurements()} & made)
        )
        for name, model in models.items()
    }


def ask_of_other_kinds(
    maps: Maps,
    classes: Mapping[str, Places],
    sites: Places,
    sample: npt.NDArray[np.int64],
    *,
    circular: Mapping[str, Collection[str]],
    read: Mapping[str, Collection[str]],
) -> Specificity:
    """Ask every map about every class.

    Parameters
    ----------
    maps : mapping
        The maps, by type and opinion.
    classes : mapping of str to Places
        From :func:`classes_on_land`.
    sites : Places
        The known rare-earth sites.
    sample : array of int64
        The cells that stand for the land.
    circular : mapping of str to collection of str
        Known site → deposit types it is no test of.
    read : mapping of str to collection of str
        From :func:`records_read`: places of these records are no test of the model.
    """
    told = [
        ClassSites(id=name, n=len(places.table), districts=len(set(places.district)))
        for name, places in classes.items()
    ]
    shown = enough(told)
    rows = []
    for name, opinions in maps.items():
        own = sites.of(sites_of(name, sites, circular).own)
        known = frozenset(read.get(name, ()))
        unread = {
            one.id: classes[one.id].of(_unread(classes[one.id].table, known))
            for one in shown
        }
        rows += [
            _row((name, opinion), rank, unread, own, sample)
            for opinion, rank in opinions.items()
        ]
    return Specificity(
        classes=shown,
        too_few=tuple(one for one in told if one not in shown),
        rows=tuple(rows),
    )


def _row(
    whose: tuple[str, MapId],
    rank: FloatArray,
    classes: Mapping[str, Places],
    own: Places,
    sample: npt.NDArray[np.int64],
) -> SpecificityRow:
    name, opinion = whose
    of_own, *ranks = ranks_around([own, *classes.values()], rank, sample)
    figures = {
        one: places.auc(found)
        for (one, places), found in zip(classes.items(), ranks, strict=True)
    }
    found = {one: told for one, told in figures.items() if told.n >= FEWEST_SITES}
    stand = [one for one in own_classes(name) if one in found]
    return SpecificityRow(
        deposit_type=name,
        map=opinion,
        own=own.auc(of_own),
        own_class=next(
            (one for one in stand if found[one].districts >= FEWEST_OWN), ""
        ),
        kin=tuple(one for one in kin_of(name) if one in found),
        classes=found,
    )


def _unread(table: gpd.GeoDataFrame, read: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Tell which places a model does not know of by a layer that it reads."""
    if "occurrence_id" not in table.columns or not read:
        return np.ones(len(table), np.bool_)
    record = (
        table["occurrence_id"]
        .str.replace(":", "-", n=1)
        .str.replace(r"#\d+$", "", regex=True)
    )
    return np.asarray(~record.isin(read), np.bool_)
