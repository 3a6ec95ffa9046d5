"""Which records speak of the same place: names that agree, near each other.

Distance alone never joins two records: neighbouring deposits are different places.
Two are the same place when a name of one and a name of the other agree, and they
lie within 25 km; or when one table gives both the very same point, because a table
that does so has the position of the district only.  Names of two tables agree when
they are spelt alike; names of one table when they are the same, since a table that
spells two names knows two places.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from geodata.layers.occurrences.positions import point_keys

Degrees = npt.NDArray[np.float64]
Pairs = npt.NDArray[np.intp]

REACH_KM = 25.0
LIKENESS = 0.88
"""Share of the letters of two names that agree in order, twice over their sum."""

COPY_KM = 0.1
"""Records of two tables this near, and of one name, were copied from one another."""

_EARTH = pyproj.Geod(ellps="WGS84")
_RADIUS_KM = 6_371.0
_SLACK = 1.01  # the sphere is not the ellipsoid
_SHORTEST = 3

_NUMERAL = re.compile(r"\w*\d\w*|[ivx]+|[a-z]")

# Words of districts; "Land Pebble district, Fort Green" is called Fort Green.
_DISTRICT = re.compile(
    r"\b(province|district|region|belt|formation|field|basin|plain|range)s?\b"
)


NAMES_PATH = Path(__file__).with_name("names.toml")


@cache
def _words(kind: str) -> frozenset[str]:
    """Return one list of the table of words in names that lies beside this module."""
    return frozenset(tomllib.loads(NAMES_PATH.read_text(encoding="utf-8"))[kind])


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """A name made comparable.

    Attributes
    ----------
    core : str
        Lower case, without accents, signs and words for what a place is.
    marks : frozenset of str
        Numerals, single letters and words that tell two places of one name apart.
    """

    core: str
    marks: frozenset[str]


def place_names(name: str, aliases: str) -> frozenset[PlaceName]:
    """Return the comparable names of a record; none when it has no real name.

    Examples
    --------
    >>> sorted(found.core for found in place_names("Zhanatas (Dzhanatas) mine", ""))
    ['janatas']
    >>> place_names("Unnamed occurrence", "")
    frozenset()
    """
    texts = [
        part
        for text in (name, *aliases.split(";"))
        # A part of a field is not the field.
        if not text.strip().casefold().startswith("part of ")
        for part in _parts(text)
    ]
    return frozenset(found for text in texts if (found := _place_name(text)))


def alike(first: Iterable[PlaceName], second: Iterable[PlaceName]) -> bool:
    """Tell whether two records share a name, spelt alike; the order does not matter."""
    return any(_one_alike(here, there) for here in first for there in second)


def same_places(
    names: Sequence[frozenset[PlaceName]],
    sources: Sequence[str],
    lon: Degrees,
    lat: Degrees,
) -> npt.NDArray[np.intp]:
    """Return the number of the place each record speaks of.

    Parameters
    ----------
    names : sequence of frozenset of PlaceName
        As :func:`place_names` returns them.
    sources : sequence of str
        Ids of the tables.
    lon, lat : array of float64
        Degrees, WGS 84; no NaN.

    Returns
    -------
    array of int
        Equal for records of one place, which is whatever is joined link by link.  The
        grouping does not depend on the order of the records.
    """
    count = len(names)
    if count == 0:
        return np.zeros(0, dtype=np.intp)
    near = _near_pairs(lon, lat)
    linked = np.array(
        [
            not names[here].isdisjoint(names[there])
            if sources[here] == sources[there]
            else alike(names[here], names[there])
            for here, there in near
        ],
        dtype=np.bool_,
    )
    points = point_keys(sources, lon, lat)
    first = pd.Series(range(count)).groupby(points).transform("min")
    same = np.column_stack([np.arange(count), first.to_numpy()])
    links = np.concatenate([near[linked], same])
    graph = coo_matrix((np.ones(len(links)), links.T), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)


def spread_km(lon: Degrees, lat: Degrees) -> float:
    """Return the greatest geodesic distance between two points, km; NaN for one."""
    first, second = np.triu_indices(len(lon), k=1)
    if len(first) == 0:
        return float("nan")
    metres = _EARTH.inv(lon[first], lat[first], lon[second], lat[second])[2]
    return float(np.max(metres)) / 1_000.0


def mean_distances_km(lon: Degrees, lat: Degrees) -> Degrees:
    """Return the mean geodesic distance of each point to the others, km.

    Rounded to a metre, so that the order of the points does not show; at least two.
    """
    here, there = np.indices((len(lon), len(lon)))
    metres = _EARTH.inv(lon[here], lat[here], lon[there], lat[there])[2]
    return np.asarray(np.round(metres.sum(axis=1) / (len(lon) - 1) / 1e3, 3))


def lineages(families: Sequence[str], lon: Degrees, lat: Degrees) -> int:
    """Return how many independent tables speak of one place.

    Tables of one family count once, and so do records of several tables whose points
    agree within 100 m: one was copied from the other.
    """
    count = len(families)
    first, second = np.triu_indices(count, k=1)
    metres = _EARTH.inv(lon[first], lat[first], lon[second], lat[second])[2]
    family = np.asarray(families, dtype=object)
    linked = (family[first] == family[second]) | (np.asarray(metres) < COPY_KM * 1e3)
    graph = coo_matrix(
        (np.ones(int(linked.sum())), (first[linked], second[linked])),
        shape=(count, count),
    )
    return int(connected_components(graph, directed=False)[0])


def _near_pairs(lon: Degrees, lat: Degrees) -> Pairs:
    """Return the pairs of records within reach of each other."""
    east, north = np.radians(lon), np.radians(lat)
    sphere = np.column_stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )
    reach = _SLACK * REACH_KM / _RADIUS_KM
    pairs = KDTree(sphere).query_pairs(reach, output_type="ndarray")
    first, second = pairs[:, 0], pairs[:, 1]
    metres = _EARTH.inv(lon[first], lat[first], lon[second], lat[second])[2]
    return np.asarray(pairs[np.asarray(metres) <= REACH_KM * 1e3], dtype=np.intp)


def _parts(text: str) -> list[str]:
    """Return the names in a text; those of districts only when there is no other."""
    parts = [part for part in re.split(r"[;/()\[\],=]", text) if part.strip()]
    places = [part for part in parts if not _DISTRICT.search(part.casefold())]
    return places or parts


def _place_name(text: str) -> PlaceName | None:
    flat = unicodedata.normalize("NFKD", text)
    letters = "".join(sign for sign in flat if not unicodedata.combining(sign))
    words = re.findall(r"[^\W_]+", letters.casefold())
    named = [word for word in words if word not in _words("generic")]
    marks = frozenset(
        word for word in named if _NUMERAL.fullmatch(word) or word in _words("telling")
    )
    core = "".join(word for word in named if word not in marks)
    # Letters of Cyrillic that tables spell in several ways.
    for spelling, letter in (("dzh", "j"), ("zh", "j"), ("y", "i"), ("ii", "i")):
        core = core.replace(spelling, letter)
    return PlaceName(core=core, marks=marks) if len(core) >= _SHORTEST else None


def _one_alike(here: PlaceName, there: PlaceName) -> bool:
    if here.marks != there.marks:
        return False
    if here.core == there.core:
        return True
    return _likeness(*sorted((here.core, there.core))) >= LIKENESS


@lru_cache(maxsize=1 << 16)
def _likeness(first: str, second: str) -> float:
    """Return how alike two texts are, 0 to 1; below the limit it may be less exact."""
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    quick = min(matcher.real_quick_ratio(), matcher.quick_ratio())
    return matcher.ratio() if quick >= LIKENESS else quick
