"""Positions of localities that have a name and none: those of records of that name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyproj

from geodata.folders import BUNDLE
from geodata.layers.model import Files
from geodata.layers.occurrences.countries import load_countries
from geodata.layers.occurrences.known_sites import preferred, read_known_sites
from geodata.layers.occurrences.mineral_occurrences import build_occurrences
from geodata.layers.occurrences.names import SiteName, share_a_name, site_names
from geodata.layers.occurrences.samples import usable
from geodata.layers.occurrences.tables import all_parts
from geodata.layers.store import LayerStore
from geodata.region import STATES

AMBIGUOUS_KM = 50.0
"""Records of one name in one state farther apart than this are several places."""

WIDER_KM = 10.0
"""What a position loses when it is that of the deposit a locality is part of."""

# "Kara-Oba W Deposit" is called Kara-Oba.
_METALS = re.compile(
    r"\s\(?[A-Z][a-z]?(-\(?[A-Z][a-z]?\)?)*\)?(?=\s(?i:deposit|mine|occurrence)s?\b)"
)
_PART_OF = re.compile(
    r"\b(deposit|deposits|mine|massif|complex|ore field)\b", re.IGNORECASE
)
_EARTH = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a locality is, by the record of another table."""

    lon: float
    lat: float
    uncertainty_km: float
    record: str


def position_records(files: Files) -> pd.DataFrame:
    """Return records that may give a position, those of known sites first.

    Returns
    -------
    DataFrame
        ``names``, ``countries`` (outlines it may lie in, by what it says and by
        polygon), ``lon``, ``lat``, ``uncertainty_km`` and ``record``.
    """
    sites = preferred(read_known_sites(LayerStore((BUNDLE,))))
    sites = sites.assign(aliases=sites["site"], country=sites["country_by_polygon"])
    columns = ["name", "aliases", "country_text", "country", "occurrence_id"]
    columns += ["lon", "lat", "uncertainty_km"]
    tables = [pd.DataFrame(sites[columns])]
    if any(part in files for part in all_parts()):
        rows = usable(build_occurrences(files).table)
        tables.append(pd.DataFrame(rows.loc[rows["preferred"], columns]))
    joined = pd.concat(tables, ignore_index=True)
    state = {one.iso3: one.name for one in STATES}
    countries = load_countries()
    return pd.DataFrame(
        {
            "names": [
                site_names(*both)
                for both in zip(joined["name"], joined["aliases"], strict=True)
            ],
            "countries": [
                countries.of(text) | countries.of(state.get(code, ""))
                for text, code in zip(
                    joined["country_text"], joined["country"], strict=True
                )
            ],
            "record": joined["occurrence_id"],
            **{name: joined[name].astype(float) for name in columns[-3:]},
        }
    )


def find_position(longname: str, records: pd.DataFrame) -> Position | None:
    """Find where a locality is, by the name of the deposit it is part of, or its own.

    A small place may share its name with another far away, so the deposit counts first.

    Parameters
    ----------
    longname : str
        Names from the smallest to the state, parted by commas.
    records : DataFrame
        As :func:`position_records` returns them.
    """
    own, *larger = [part.strip() for part in longname.split(",")][:-1]
    country = longname.rsplit(",", maxsplit=1)[-1]
    near = records[
        [bool(held & load_countries().of(country)) for held in records["countries"]]
    ]
    parents = [(WIDER_KM, part) for part in larger[:1] if _PART_OF.search(part)]
    for wider_km, name in (*parents, (0.0, own)):
        found = near[_called(near["names"], name_of(name))]
        if len(found):
            return _position(found, wider_km)
    return None


def name_of(text: str) -> frozenset[SiteName]:
    """Return the names in one part of a long name, without the metals of the deposit.

    >>> [name.core for name in name_of("Kara-Oba W Deposit")]
    ['karaoba']
    """
    return site_names(_METALS.sub("", text), "")


def _position(found: pd.DataFrame, wider_km: float) -> Position | None:
    first = found.iloc[0]
    count = len(found)
    lon, lat = found["lon"].to_numpy(float), found["lat"].to_numpy(float)
    _, _, metres = _EARTH.inv(np.full(count, lon[0]), np.full(count, lat[0]), lon, lat)
    apart_km = float(np.max(metres)) / 1e3
    if apart_km > AMBIGUOUS_KM:
        return None
    error_km = max(float(first["uncertainty_km"]), apart_km)
    return Position(
        lon=float(lon[0]),
        lat=float(lat[0]),
        uncertainty_km=round(error_km + wider_km, 1),
        record=str(first["record"]),
    )


def _called(
    held: Iterable[frozenset[SiteName]], names: frozenset[SiteName]
) -> list[bool]:
    return [share_a_name(names, one) for one in held]
