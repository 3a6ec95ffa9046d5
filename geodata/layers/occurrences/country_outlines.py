"""Where on Earth a country lies, roughly: to catch a point on the wrong continent.

Tables of occurrences name the country of a record in words of their own.  Here each
country is a handful of *strips*: bands of five degrees of latitude, each with the
degrees of longitude that the country spans in it.  That is enough to say that a
point lies 500 km and more from the country its record names, and for nothing else:
states are assigned by polygon elsewhere.
"""

import math
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pyproj
import shapely

OUTLINES_PATH = Path(__file__).with_name("country_outlines.toml")
BAND_DEG = 5

_GAP_DEG = 5  # parts of a country closer than this make one strip
_EARTH = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Part of a country inside one band of latitude, whole degrees, WGS 84."""

    south: int
    west: int
    east: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """Countries by what tables call them.

    Attributes
    ----------
    strips : mapping of str to tuple of Strip
        By normalised name; see :func:`country_key`.
    """

    strips: Mapping[str, tuple[Strip, ...]]

    def knows(self, text: str) -> bool:
        """Tell whether the name of a country, as a table writes it, is known."""
        return country_key(text) in self.strips

    def same(self, first: str, second: str) -> bool:
        """Tell whether two names, known both, are of one country."""
        here, there = country_key(first), country_key(second)
        return self.knows(first) and self.strips[here] == self.strips.get(there)

    def distance_km(self, text: str, *, lon: float, lat: float) -> float:
        """Return how far a point lies from a country.

        Parameters
        ----------
        text : str
            Name of the country as a table writes it.
        lon, lat : float
            Degrees, WGS 84.

        Returns
        -------
        float
            Geodesic distance to the nearest strip, km; 0 inside one, NaN when the
            name is not known.

        Examples
        --------
        >>> load_outlines().distance_km("Kazakstan", lon=70.0, lat=48.0)
        0.0
        >>> load_outlines().distance_km("Canada", lon=81.39, lat=48.7042) > 3_000
        True
        """
        strips = self.strips.get(country_key(text), ())
        return min(
            (_to_strip_km(strip, lon, lat) for strip in strips), default=math.nan
        )


@cache
def load_outlines(path: Path = OUTLINES_PATH) -> Outlines:
    """Read the table of countries that lies beside this module."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    found: dict[str, tuple[Strip, ...]] = {}
    for country in table["country"]:
        strips = tuple(
            Strip(south=south, west=west, east=east)
            for south, west, east in country["strips"]
        )
        for name in country["names"]:
            found[country_key(name)] = strips
    for union in table["union"]:
        parts = [found[country_key(part)] for part in union["of"]]
        for name in union["names"]:
            found[country_key(name)] = tuple(strip for part in parts for strip in part)
    return Outlines(strips=MappingProxyType(found))


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


def strips_of(geometry: shapely.Geometry) -> tuple[Strip, ...]:
    """Return the strips of a country; longitudes widened to whole degrees.

    Parameters
    ----------
    geometry : shapely geometry
        Polygons, longitude and latitude, degrees; need not be valid.

    Returns
    -------
    tuple of Strip
        South to north, west to east.
    """
    found: list[Strip] = []
    valid = shapely.make_valid(geometry)
    for south in range(-90, 90, BAND_DEG):
        band = shapely.clip_by_rect(valid, -180, south, 180, south + BAND_DEG)
        spans = sorted(
            (math.floor(part.bounds[0]), math.ceil(part.bounds[2]))
            for part in shapely.get_parts(band)
            if not part.is_empty
        )
        merged: list[Strip] = []
        for west, east in spans:
            if merged and west - merged[-1].east <= _GAP_DEG:
                last = merged.pop()
                merged.append(
                    Strip(south=south, west=last.west, east=max(last.east, east))
                )
            else:
                merged.append(Strip(south=south, west=west, east=east))
        found += merged
    return tuple(found)


def _to_strip_km(strip: Strip, lon: float, lat: float) -> float:
    near_lat = min(max(lat, strip.south), strip.south + BAND_DEG)
    # The strip may be nearer across the date line.
    distances = [
        _EARTH.inv(lon, lat, min(max(lon + turn, strip.west), strip.east), near_lat)[2]
        for turn in (-360.0, 0.0, 360.0)
    ]
    return float(min(distances)) / 1_000.0
