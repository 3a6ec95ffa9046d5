"""Known rare-earth sites: the curated table, and the records of the inventories."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from geodata.layers.occurrences.known_sites import read_known_sites
from geodata.layers.occurrences.samples import region_claims
from geodata.layers.store import LayerStore
from geodata.release.map_layers import OCCURRENCES

ALIKE = 0.88  # share of letters two names of one site have in common, at least
_ENDINGS = re.compile(r"(skoje|skoye|skoe|skaya|skii|skij|skiy|sky|mine|deposit)$")


def known_claims(store: LayerStore) -> gpd.GeoDataFrame:
    """Read every claim about every known rare-earth site.

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
    return merge_claims(curated, region_claims(store.vector(OCCURRENCES).table))


def merge_claims(
    curated: gpd.GeoDataFrame, found: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Add the claims of the inventories to those written by hand.

    Parameters
    ----------
    curated, found : GeoDataFrame, EPSG:4326
        Claims with the columns of the curated table.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        The curated claims as they are, then the new ones.  A record that is in both
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
    names: tuple[str, ...]
    positions: tuple[tuple[float, float, float], ...]
    states: frozenset[str]


def _sites(curated: gpd.GeoDataFrame) -> list[_Site]:
    found = []
    for name, group in curated.groupby("site", sort=False):
        placed = group[group.geometry.notna()]
        found.append(
            _Site(
                name=str(name),
                names=_plain_names([str(name), *group["name"]]),
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
    names = _plain_names([name, *group["name"]])
    claims = group[group.geometry.notna()]
    for site in sites:
        if site.positions:
            if _are_alike(names, site.names) and _are_near(claims, site):
                return site.name
        elif set(names) & set(site.names) and (
            not site.states or site.states & set(group["country_text"])
        ):
            return site.name
    return None


def _are_near(claims: gpd.GeoDataFrame, site: _Site) -> bool:
    geod = pyproj.Geod(ellps="WGS84")
    for lon, lat, error_km in site.positions:
        for claim in claims.itertuples():
            metres = geod.inv(lon, lat, float(claim.lon), float(claim.lat))[2]
            if metres / 1_000 <= max(error_km, float(claim.uncertainty_km)):
                return True
    return False


def _are_alike(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    return any(
        SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
        for one in ours
        for other in theirs
    )


def _plain_names(names: Iterable[object]) -> tuple[str, ...]:
    """Return names without case, marks and common endings; parts apart.

    >>> _plain_names(["Kutessay II / Aktyuz", "Tleumbetskii"])
    ('kutessayii', 'aktyuz', 'tleumbet')
    """
    parts = [part for name in names for part in re.split(r"[/,;()]", str(name))]
    plain = ["".join(re.findall(r"\w", part.casefold())) for part in parts]
    stems = (_ENDINGS.sub("", name) for name in plain)
    return tuple(dict.fromkeys(name for name in stems if name))


def _own_name(name: str, group: gpd.GeoDataFrame, taken: Iterable[object]) -> str:
    """Name a new site so that it is not taken for another of the same name."""
    if name not in set(taken):
        return name
    return f"{name} ({group['source'].iloc[0]} {group['record_id'].iloc[0]})"


def _records(claims: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    return list(zip(claims["source"], claims["record_id"].astype(str), strict=True))


def _with_columns(table: gpd.GeoDataFrame, columns: list[str]) -> gpd.GeoDataFrame:
    """Give a table the columns of another; text that is not there is empty."""
    defaults: Mapping[str, object] = {"preferred": False, "uncertainty_km": np.nan}
    missing = {
        name: defaults.get(name, "") for name in columns if name not in table.columns
    }
    return table.assign(**missing)[columns]
