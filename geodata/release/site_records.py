"""Known rare-earth sites: the curated table, and the records of the inventories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from geodata.layers.occurrences.known_sites import read_known_sites
from geodata.layers.occurrences.names import SiteName, share_a_name, site_names
from geodata.layers.occurrences.samples import region_records
from geodata.layers.store import LayerStore
from geodata.release.map_layers import OCCURRENCES


def known_records(store: LayerStore) -> gpd.GeoDataFrame:
    """Read every record about every known rare-earth site.

    Parameters
    ----------
    store : LayerStore
        ``occurrences``, written by hand, and ``mineral-occurrences`` if it is here.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        As :func:`geodata.layers.occurrences.known_sites.read_known_sites`.

    Raises
    ------
    MissingLayerError, TamperedLayerError, LayerFormatError
        If a layer is absent, changed or wrong.
    """
    curated = read_known_sites(store)
    if OCCURRENCES not in store.ids():
        return curated
    return merge_records(curated, region_records(store.vector(OCCURRENCES).table))


def merge_records(
    curated: gpd.GeoDataFrame, found: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Add the records of the inventories to those written by hand.

    Parameters
    ----------
    curated, found : GeoDataFrame, EPSG:4326
        Records with the columns of the curated table.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        The curated records as they are, then the new ones.  A record that is in both
        stands once, as curated.  A site that shares a record with a curated one, or
        lies within its uncertainty of it and has its name, joins it without moving
        it.  A curated site without a position takes that of a new site of the same
        name in the same state.
    """
    sites = _sites(curated)
    of_record = dict(zip(_records(curated), curated["site"], strict=True))
    placed = {site.name for site in sites if site.positions}
    added = []
    for name, group in found.groupby("site", sort=True):
        own = [of_record[record] for record in _records(group) if record in of_record]
        site = own[0] if own else _match(str(name), group, sites)
        fresh = group[[record not in of_record for record in _records(group)]].copy()
        if site is None:
            fresh["site"] = _own_name(str(name), group, of_record.values())
        else:
            fresh["site"] = site
            if site in placed:
                fresh["preferred"] = False
            elif fresh["preferred"].any():
                placed.add(site)
        added.append(fresh)
    columns = list(curated.columns)
    new = [_with_columns(fresh, columns) for fresh in added if len(fresh)]
    if not new:
        return curated
    joined = pd.concat([curated, *new], ignore_index=True)
    return gpd.GeoDataFrame(joined[columns], geometry="geometry", crs="EPSG:4326")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """A curated site: its names, where it may lie, whose land that is."""

    name: str
    names: frozenset[SiteName]
    positions: tuple[tuple[float, float, float], ...]
    states: frozenset[str]


def _sites(curated: gpd.GeoDataFrame) -> list[_Site]:
    found = []
    for name, group in curated.groupby("site", sort=False):
        placed = group[group.geometry.notna()]
        found.append(
            _Site(
                name=str(name),
                names=_names(str(name), group),
                positions=tuple(
                    zip(
                        placed["lon"],
                        placed["lat"],
                        placed["uncertainty_km"],
                        strict=True,
                    )
                ),
                states=frozenset(group["country_text"]) - {""},
            )
        )
    return found


def _match(name: str, group: gpd.GeoDataFrame, sites: Iterable[_Site]) -> str | None:
    """Return the curated site that a new one is, if it is one of them."""
    names = _names(name, group)
    records = group[group.geometry.notna()]
    for site in sites:
        if site.positions:
            if share_a_name(names, site.names) and _are_near(records, site):
                return site.name
        elif names & site.names and (
            not site.states or site.states & set(group["country_text"])
        ):
            return site.name
    return None


def _are_near(records: gpd.GeoDataFrame, site: _Site) -> bool:
    geod = pyproj.Geod(ellps="WGS84")
    for lon, lat, error_km in site.positions:
        for record in records.itertuples():
            metres = geod.inv(lon, lat, float(record.lon), float(record.lat))[2]
            if metres / 1_000 <= max(error_km, float(record.uncertainty_km)):
                return True
    return False


def _names(site: str, records: gpd.GeoDataFrame) -> frozenset[SiteName]:
    return site_names(site, ";".join(records["name"]))


def _own_name(name: str, group: gpd.GeoDataFrame, taken: Iterable[object]) -> str:
    """Name a new site so that it is not taken for another of the same name."""
    if name not in set(taken):
        return name
    return f"{name} ({group['source'].iloc[0]} {group['record_id'].iloc[0]})"


def _records(records: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    return list(zip(records["source"], records["record_id"].astype(str), strict=True))


def _with_columns(table: gpd.GeoDataFrame, columns: list[str]) -> gpd.GeoDataFrame:
    """Give a table the columns of another; text that is not there is empty."""
    defaults: Mapping[str, object] = {"preferred": False, "uncertainty_km": np.nan}
    missing = {
        name: defaults.get(name, "") for name in columns if name not in table.columns
    }
    return table.assign(**missing)[columns]
