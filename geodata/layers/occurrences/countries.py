"""Which country a record names, and whether its position contradicts that.

Tables of occurrences name the country of a record in words of their own.  The layer
``countries`` gives outlines good to some 20 km: enough to say that a point lies
hundreds of kilometres from the country its record names, and for nothing else; states
are assigned by the polygons of the layer ``states``.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from geodata.folders import BUNDLE
from geodata.layers.occurrences.positions import (
    RADIUS_KM,
    Degrees,
    parse_angle,
    unit_vectors,
)
from geodata.layers.store import LayerStore
from geodata.region import STATES

NAMES_PATH = Path(__file__).with_name("country_names.toml")

FARTHEST_KM = 550.0
"""A point farther than this from the country its record names is on a wrong course."""

AGREEMENT_DEG = 0.02
"""Two ways of writing one coordinate may differ by a rounded arc-minute, no more."""

_STEP_DEG = 0.5  # between the points that stand for a border


@dataclass(frozen=True, slots=True, kw_only=True)
class Countries:
    """Countries by what tables call them.

    Attributes
    ----------
    outlines : mapping of str to shapely geometry
        By name of the outline, longitude and latitude.
    named : mapping of str to frozenset of str
        Outlines that a name stands for; see :func:`country_key`.
    """

    outlines: Mapping[str, shapely.Geometry]
    named: Mapping[str, frozenset[str]]

    def of(self, text: str) -> frozenset[str]:
        """Return the outlines a table means by a name; none when it is not known.

        >>> sorted(load_countries().of("Czechoslovakia"))
        ['Czechia', 'Slovakia']
        """
        return self.named.get(country_key(text), frozenset())

    def distances_km(self, texts: Sequence[str], lon: Degrees, lat: Degrees) -> Degrees:
        """Return how far points lie from the countries that are named with them.

        Parameters
        ----------
        texts : sequence of str
            Names as tables write them.
        lon, lat : array of float64
            Degrees, WGS 84; no NaN.

        Returns
        -------
        array of float64
            To the nearest border, km, within some 20 km; 0 inside, NaN when the name
            is not known.

        Examples
        --------
        >>> lon, lat = np.array([70.0, 81.39]), np.array([48.0, 48.7042])
        >>> load_countries().distances_km(["Kazakstan", "Canada"], lon, lat).round(-3)
        array([   0., 5000.])
        """
        away_km = np.full(len(lon), np.nan)
        keys = pd.Series([self.of(text) for text in texts], dtype=object)
        for names, rows in keys.groupby(keys).indices.items():
            if names:
                away_km[rows] = self._distances_km(names, lon[rows], lat[rows])
        return away_km

    def _distances_km(
        self, names: frozenset[str], lon: Degrees, lat: Degrees
    ) -> Degrees:
        shapes = [self.outlines[name] for name in sorted(names)]
        border = shapely.get_coordinates(shapely.segmentize(shapes, _STEP_DEG))
        corners = unit_vectors(border[:, 0], border[:, 1])
        chord, _ = KDTree(corners).query(unit_vectors(lon, lat))
        inside = np.any([shapely.contains_xy(shape, lon, lat) for shape in shapes], 0)
        return np.where(inside, 0.0, 2.0 * RADIUS_KM * np.arcsin(chord / 2.0))


@cache
def load_countries() -> Countries:
    """Read the outlines of the bundle, and the table of names beside this module."""
    table = LayerStore((BUNDLE,)).vector("countries").table
    words = tomllib.loads(NAMES_PATH.read_text(encoding="utf-8"))
    of_outline = {name: frozenset({name}) for name in table["name"]}
    for name, territories in words["territories"].items():
        of_outline[name] |= frozenset(territories)
    named = {country_key(name): found for name, found in of_outline.items()}
    for name, others in words["names"].items():
        named |= {country_key(other): of_outline[name] for other in others}
    for union in words["several"]:
        named |= {country_key(name): frozenset(union["of"]) for name in union["names"]}
    return Countries(
        outlines=MappingProxyType(
            dict(zip(table["name"], table.geometry, strict=True))
        ),
        named=MappingProxyType(named),
    )


def country_key(text: str) -> str:
    """Return the name of a country without case, accents, signs and brackets.

    Examples
    --------
    >>> country_key("Kalaallit Nunaat (Greenland)")
    'kalaallit nunaat'
    >>> country_key("Estonia?")
    'estonia'
    """
    flat = unicodedata.normalize("NFKD", re.sub(r"\(.*?\)", " ", text))
    letters = "".join(sign for sign in flat if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W\d_]+", letters.casefold()))


def doubts(records: pd.DataFrame, lon: Degrees, lat: Degrees) -> list[str]:
    """Say of each position what in its own record contradicts it.

    Parameters
    ----------
    records : DataFrame
        Columns ``lon_dms``, ``lat_dms`` and ``country_text``, text.
    lon, lat : array of float64
        Degrees; no NaN.

    Returns
    -------
    list of str
        Reason to set the record aside; empty when nothing contradicts.

    Notes
    -----
    Two tests: decimal degrees against degrees and minutes, where a table has both,
    and the distance to the country named.  A country whose name is not known to us
    contradicts nothing.
    """
    countries = records["country_text"].tolist()
    away_km = load_countries().distances_km(countries, lon, lat)
    differs = np.zeros(len(records), dtype=np.bool_)
    for texts, angles in ((records["lon_dms"], lon), (records["lat_dms"], lat)):
        written = np.array([parse_angle(text) for text in texts], dtype=np.float64)
        differs |= np.abs(written - angles) > AGREEMENT_DEG
    return [
        "decimal degrees differ from degrees and minutes"
        if contradicts
        else f"{km:,.0f} km from the country it names, {country}"
        if km > FARTHEST_KM
        else ""
        for contradicts, km, country in zip(differs, away_km, countries, strict=True)
    ]


def other_states(occurrences: pd.DataFrame) -> list[str]:
    """Return the ids of records that name another country than that of their polygon.

    Parameters
    ----------
    occurrences : DataFrame
        Columns ``occurrence_id``, ``country`` and ``country_text``.

    Returns
    -------
    list of str
        Records in one of the five states by polygon that name another country, and
        records elsewhere that name one of the five; in the order of the table.
    """
    countries = load_countries()
    states = {state.iso3: countries.of(state.name) for state in STATES}
    columns = ("occurrence_id", "country", "country_text")
    return [
        record
        for record, code, text in zip(*(occurrences[c] for c in columns), strict=True)
        if (named := countries.of(text))
        and (named != states[code] if code else named in states.values())
    ]
