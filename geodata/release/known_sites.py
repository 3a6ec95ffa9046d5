"""Check the maps against known sites; a site that made a map is no test of it."""

import re
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geodata.evidence.recipes import Reading
from geodata.execution import map_blocks
from geodata.layers.store import LayerStore
from geodata.raster import Cells, FloatArray, to_equal_area
from geodata.release.surroundings import Surroundings
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.favourability import area_rank
from geodata.scoring.validation.known_sites import KnownSites, check_sites
from geodata.scoring.validation.report import MapId

MADE_FROM_OCCURRENCES = "made_from_occurrences"
"""Entry of a record's ``extra``: true when the layer's places are such records."""

ALKALINE = frozenset({"carbonatite", "alkaline-collision"})
"""Types that are settings of the same rocks: to which of them a site belongs is itself
a judgement, so it tests the maps of both."""

_FELSIC = ("lithology-fractions", "felsic", "value")
_NUMBERED = re.compile(r"#\d+$")  # set behind a record id that occurs twice


def check_known_sites(
    ranks: Mapping[str, FloatArray],
    coverages: Mapping[str, FloatArray],
    cells: Cells,
    around: Surroundings,
    circular: Mapping[str, frozenset[str]],
    *,
    baselines: Mapping[MapId, FloatArray] | None = None,
) -> KnownSites:
    """Report where the known sites of the scored land fall.

    Parameters
    ----------
    ranks, coverages, cells, baselines
        As :func:`geodata.scoring.validation.known_sites.check_sites`.
    around : Surroundings
        The known sites, and the land that is scored: a site farther from it than
        its ``uncertainty_km`` is on the map and takes no part here.
    circular : mapping of str to set of str
        Site → deposit types it is no test of, from :func:`circular_sites`.
    """
    inside = on_land(around.sites, around.scored)
    return check_sites(
        ranks, coverages, cells, around.sites[inside], circular, baselines=baselines
    )


def single_inputs(
    readings: Mapping[str, Reading], measured: Mapping[str, FloatArray]
) -> dict[MapId, FloatArray]:
    """Rank the area by single measurements, as baselines for the maps.

    Returns
    -------
    dict of MapId to array of float32, shape (cells,)
        Area rank, 0 best to 1, by what was ranked: the felsic share of the bedrock,
        high first, and the distance to a terrane boundary, near first; those that
        are measured.
    """
    found: dict[MapId, FloatArray] = {}
    for key, reading in readings.items():
        item = reading.measurement
        if reading.provenance is None or item.within:
            continue
        if (item.layer, item.column, item.measure) == _FELSIC:
            found["felsic-bedrock"] = measured[key]
        if (item.layer, item.measure) == ("terrane-boundaries", "distance"):
            found["terrane-boundary"] = -measured[key]
    return dict(zip(found, map_blocks(area_rank, found.values()), strict=True))


def sites_that_test(
    deposit_type: str, kinds: npt.NDArray[np.object_]
) -> npt.NDArray[np.bool_]:
    """Say which sites test the maps of a deposit type.

    Parameters
    ----------
    deposit_type : str
        Id of the type.
    kinds : array of str, shape (sites,)
        Deposit type of each site; may be empty.

    Returns
    -------
    array of bool, shape (sites,)
        Those of the type, and of :data:`ALKALINE` those of the other setting too.

    >>> kinds = np.array(["carbonatite", "placer", ""], dtype=object)
    >>> sites_that_test("alkaline-collision", kinds).tolist()
    [True, False, False]
    """
    wanted = ALKALINE if deposit_type in ALKALINE else {deposit_type}
    return np.array([kind in wanted for kind in kinds], dtype=np.bool_)


def on_land(sites: gpd.GeoDataFrame, land: shapely.Geometry) -> npt.NDArray[np.bool_]:
    """Tell which sites may lie on some land, within the error of their position."""
    ground = to_equal_area(land)
    shapely.prepare(ground)
    points = to_equal_area(sites.geometry.to_numpy())
    return np.asarray(
        shapely.distance(ground, points)
        <= 1_000 * sites["uncertainty_km"].to_numpy(dtype=np.float64)
    )


def circular_sites(
    models: Mapping[str, DepositType],
    readings: Mapping[str, Reading],
    store: LayerStore,
    claims: gpd.GeoDataFrame,
) -> dict[str, frozenset[str]]:
    """Find the known sites that a layer of a model was made from.

    Parameters
    ----------
    models : mapping of str to DepositType
        The models.
    readings : mapping of str to Reading
        What they read, by measurement key.
    store : LayerStore
        The layers.
    claims : GeoDataFrame, EPSG:4326
        Every claim about every known site.

    Returns
    -------
    dict of str to set of str
        Site → ids of the deposit types it is no test of; other sites are absent.
    """
    made = {
        reading.measurement.layer
        for reading in readings.values()
        if reading.provenance is not None
        and reading.provenance.extra.get(MADE_FROM_OCCURRENCES)
    }
    inside = {
        layer: sites_in_layer(store.vector(layer).table, claims)
        for layer in sorted(made)
    }
    found: dict[str, set[str]] = {}
    for model in models.values():
        for layer in {item.layer for item in model.measurements()} & made:
            for site in inside[layer]:
                found.setdefault(site, set()).add(model.id)
    return {site: frozenset(types) for site, types in sorted(found.items())}


def sites_in_layer(table: gpd.GeoDataFrame, claims: gpd.GeoDataFrame) -> set[str]:
    """Return the sites whose record is a row of a table, or lies where one does.

    Parameters
    ----------
    table : GeoDataFrame
        Places made from occurrence records, EPSG:4326; ``occurrence_id`` (written
        ``source:record``), ``record_ids`` (several, with commas), or ``source_id``
        and ``record_id``, if it has them.
    claims : GeoDataFrame
        Claims, EPSG:4326; a located one matches a row no farther off than its
        ``uncertainty_km``.
    """
    records = records_of(table)
    by_record = (claims["source"] + "-" + claims["record_id"].astype(str)).isin(records)
    found = set(claims.loc[by_record, "site"])
    points = table.geometry[table.geometry.notna()].representative_point()
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    geod = pyproj.Geod(ellps="WGS84")
    for claim in claims[claims.geometry.notna()].itertuples():
        if claim.site in found or not len(lon):
            continue
        metres = geod.inv(
            np.full(len(lon), claim.lon), np.full(len(lat), claim.lat), lon, lat
        )[2]
        if np.min(metres) <= 1_000 * claim.uncertainty_km:
            found.add(claim.site)
    return {str(site) for site in found}


def records_of(table: gpd.GeoDataFrame) -> set[str]:
    """Return the records of a table as source and number, joined by a hyphen."""
    found: set[str] = set()
    for column in ("occurrence_id", "record_ids"):
        if column in table.columns:
            for text in table[column].dropna():
                found.update(str(text).split(","))
    if {"source_id", "record_id"} <= set(table.columns):
        found.update(
            f"{source}:{record}"
            for source, record in zip(
                table["source_id"], table["record_id"], strict=True
            )
        )
    return {_NUMBERED.sub("", record).replace(":", "-", 1) for record in found}
