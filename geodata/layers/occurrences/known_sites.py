"""The table of known rare-earth sites: one row per claim, every claim kept.

A *claim* is what one public record says about a site: a name, perhaps a
position, perhaps an age.  Records disagree by 5 to 45 km, so nothing is
averaged away: each row keeps its own position and how far that may be wrong,
and exactly one claim of a located site is ``preferred`` as its position on maps.
A site that is known by name only has no geometry; it is a gap, not a zero.
"""

import math
from pathlib import Path

import geopandas
import numpy as np
import pyproj

from geodata.layers.occurrences.known_sites_file import EVIDENCE, parse_occurrences
from geodata.layers.storage.store import LayerStore, write_table
from geodata.provenance import Provenance

LAYER = "occurrences"

# How far positions may be wrong, by how they are written: measured on names that
# several public tables share (median 6 km, with MRDS 20 km); the others our choice.
_DEGREE_KM = 30.0
_QUARTER_DEGREE_KM = 15.0
_ARC_MINUTE_KM = 10.0
_FINER_KM = 5.0
_MRDS_KM = 20.0
_MRDS = "usgs-mrds"


def read_occurrences(store: LayerStore) -> geopandas.GeoDataFrame:
    """Read the verified occurrence table from the layer store.

    Parameters
    ----------
    store : LayerStore
        Where the layer ``occurrences`` lies.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        As :func:`parse_occurrences`.

    Raises
    ------
    MissingLayerError, TamperedLayerError, LayerFormatError
        If the layer is absent, changed or wrong.
    """
    return parse_occurrences(store.content(LAYER))


def located(occurrences: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return the claims that have a position, all of them."""
    return occurrences[occurrences.geometry.notna()]


def preferred(occurrences: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return one claim per located site: the one used as its position."""
    return occurrences[occurrences["preferred"]]


def sites(occurrences: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return one row per site, with what all its claims say together.

    Parameters
    ----------
    occurrences : GeoDataFrame, EPSG:4326
        Claims, as :func:`parse_occurrences` returns them.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        The preferred claim of each located site and the first claim of the others, in
        the order of the table, and two columns more: ``claims`` (how many records
        speak of the site) and ``spread_km`` (greatest geodesic distance between two of
        them; NaN with fewer than two positions).  ``ree_evidence`` is the strongest of
        all claims.
    """
    groups = [
        occurrences.loc[rows]
        for rows in occurrences.groupby("site", sort=False).groups.values()
    ]
    # Stable: the preferred claim comes first, else the first of the file.
    chosen = [
        group.sort_values("preferred", ascending=False, kind="stable").index[0]
        for group in groups
    ]
    return (
        occurrences.loc[chosen]
        .assign(
            ree_evidence=[
                min(group["ree_evidence"], key=EVIDENCE.index) for group in groups
            ],
            claims=[len(group) for group in groups],
            spread_km=[_spread_km(located(group)) for group in groups],
        )
        .reset_index(drop=True)
    )


def least_uncertainty_km(lon: float, lat: float, *, source: str) -> float:
    """Return how exact a position can be at best, by the way it is written.

    Parameters
    ----------
    lon, lat : float
        Position as the source states it, degrees, to 4 decimals or more.
    source : str
        Id of the source; MRDS is measured to be worse than the others.

    Returns
    -------
    float
        30 km for whole degrees, 15 km for quarters of a degree, 10 km for whole
        arc-minutes, otherwise 5 km; MRDS never below 20 km.

    Examples
    --------
    >>> least_uncertainty_km(76.16667, 42.66667, source="usgs-ree")
    10.0
    >>> least_uncertainty_km(70.0, 39.75, source="usgs-ree")
    15.0
    """
    steps = ((60.0, _DEGREE_KM), (15.0, _QUARTER_DEGREE_KM), (1.0, _ARC_MINUTE_KM))
    written = next(
        (
            error_km
            for minutes, error_km in steps
            if all(_is_multiple(angle * 60.0, minutes) for angle in (lon, lat))
        ),
        _FINER_KM,
    )
    return max(written, _MRDS_KM) if source == _MRDS else written


def sign_occurrences(folder: Path) -> Provenance:
    """Check a table edited by hand and write its checksum into its record.

    Parameters
    ----------
    folder : Path
        Folder of ``occurrences.csv`` and ``occurrences.json``.

    Raises
    ------
    LayerFormatError
        If the table or the record is wrong; nothing is written then.
    """
    record = Provenance.read(folder / f"{LAYER}.json")
    content = (folder / f"{LAYER}.csv").read_bytes()
    parse_occurrences(content)
    return write_table(folder, content.decode("utf-8-sig"), record)


def _is_multiple(minutes: float, step: float) -> bool:
    """Tell whether an angle is a multiple of a step, to the 4th decimal of a degree."""
    return abs(minutes - round(minutes / step) * step) < 0.006


def _spread_km(claims: geopandas.GeoDataFrame) -> float:
    """Return the greatest geodesic distance between two positions, km."""
    if len(claims) < 2:
        return math.nan
    first, second = np.triu_indices(len(claims), k=1)
    lon, lat = claims["lon"].to_numpy(), claims["lat"].to_numpy()
    geod = pyproj.Geod(ellps="WGS84")
    metres = geod.inv(lon[first], lat[first], lon[second], lat[second])[2]
    return float(np.max(metres)) / 1_000.0
