"""Which records speak of one site, and which of them gives its position.

Distance alone never joins two records: neighbouring deposits are different sites.
Two are of one site when a name of one and a name of the other agree, and they lie
within 25 km; or when one table gives both the very same point, because a table that
does so has the position of the district only.  Names of two tables agree when they are
spelt alike; names of one table when they are the same, since a table that spells two
names knows two sites.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from geodata.layers.occurrences.names import SiteName, share_a_name, site_names
from geodata.layers.occurrences.positions import (
    RADIUS_KM,
    Degrees,
    point_keys,
    preference,
    unit_vectors,
)
from geodata.layers.occurrences.tables import TABLES

Rows = npt.NDArray[np.intp]

REACH_KM = 25.0

COPY_KM = 0.1
"""Records of two tables this near, and of one name, were copied from one another."""

KNOT_KM = 1.0
"""Records of one table and the same names this near are taken together first."""

MOST = 500
"""Records of one site that are compared with each other, all of them up to here."""

_EARTH = pyproj.Geod(ellps="WGS84")
_SLACK = 1.01  # the sphere is not the ellipsoid
_REACH = (_SLACK * REACH_KM + 2.0 * KNOT_KM) / RADIUS_KM
_AT_A_TIME = 256  # records whose neighbours in another table are sought at once

_LINEAGE = {table.source: table.lineage or table.source for table in TABLES}


def with_sites(records: pd.DataFrame) -> pd.DataFrame:
    """Group records into sites.

    Parameters
    ----------
    records : DataFrame
        Located records with a default index.

    Returns
    -------
    DataFrame
        Same index; ``cluster_id`` (the first id of the site in order of letters),
        ``cluster_claims``, ``cluster_lineages``, ``cluster_spread_km`` (NaN for a
        site of one record) and ``preferred``: exactly one record of each site that
        has a usable one.  It is one that names rare earths if any does, and of those
        the one with the smallest sum of its uncertainty and its mean distance to the
        others.  A plant or a quarantined record is a site of its own, without a
        preferred record.
    """
    ids = records["occurrence_id"].to_numpy(dtype=object)
    lon, lat = records["lon"].to_numpy(float), records["lat"].to_numpy(float)
    usable = ~(records["quarantined"] | records["is_facility"]).to_numpy(bool)
    sites = np.arange(len(records)) + len(records)
    named = records[usable]
    sites[usable] = same_sites(
        [
            site_names(*both)
            for both in zip(named["name"], named["aliases"], strict=True)
        ],
        named["source_id"].tolist(),
        lon[usable],
        lat[usable],
    )
    sources = records["source_id"].to_numpy(dtype=object)
    rank = preference(records)
    indirect = (records["ree_evidence"] != "direct").to_numpy(bool)
    uncertainty_km = records["uncertainty_km"].to_numpy(float)
    found: dict[str, Any] = {
        "cluster_id": ids.copy(),
        "cluster_claims": np.ones(len(records), dtype=np.int64),
        "cluster_lineages": np.ones(len(records), dtype=np.int64),
        "cluster_spread_km": np.full(len(records), np.nan),
        "preferred": usable.copy(),
    }
    for members in pd.Series(np.arange(len(records))).groupby(sites).groups.values():
        if len(members) == 1:
            continue
        group = np.asarray(members)
        families = [_LINEAGE[source] for source in sources[group]]
        found["cluster_id"][group] = min(ids[group])
        found["cluster_claims"][group] = len(group)
        found["cluster_lineages"][group] = lineages(families, lon[group], lat[group])
        found["cluster_spread_km"][group] = spread_km(lon[group], lat[group])
        # An outlier does not speak for the others, however exactly it is written.
        error_km = uncertainty_km[group] + mean_distances_km(lon[group], lat[group])
        best = np.lexsort([rank[group], error_km, indirect[group]])[0]
        found["preferred"][group] = np.arange(len(group)) == best
    return pd.DataFrame(found, index=records.index)


def same_sites(
    names: Sequence[frozenset[SiteName]],
    sources: Sequence[str],
    lon: Degrees,
    lat: Degrees,
) -> Rows:
    """Return the number of the site each record speaks of.

    Parameters
    ----------
    names : sequence of frozenset of SiteName
        As :func:`~geodata.layers.occurrences.names.site_names` returns them.
    sources : sequence of str
        Ids of the tables.
    lon, lat : array of float64
        Degrees, WGS 84; no NaN.

    Returns
    -------
    array of int
        Equal for records of one site, which is whatever is joined link by link.  The
        grouping does not depend on the order of the records.
    """
    count = len(names)
    if count == 0:
        return np.zeros(0, dtype=np.intp)
    points = point_keys(sources, lon, lat)
    first = pd.Series(range(count)).groupby(points).transform("min").to_numpy()
    knots = _knots(names, sources, lon, lat)
    links = [np.column_stack([np.arange(count), first])]
    links += [np.column_stack([knot, np.full_like(knot, knot[0])]) for knot in knots]
    links += [np.array([link]) for link in _links(knots, names, sources, lon, lat)]
    rows, others = np.concatenate(links).T
    graph = coo_matrix((np.ones(len(rows)), (rows, others)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)


def spread_km(lon: Degrees, lat: Degrees) -> float:
    """Return the greatest geodesic distance between two points, km; NaN for one."""
    chosen = _some(lon, lat)
    first, second = np.triu_indices(len(chosen), k=1)
    if len(first) == 0:
        return float("nan")
    return float(np.max(_metres(lon, lat, chosen[first], chosen[second]))) / 1_000.0


def mean_distances_km(lon: Degrees, lat: Degrees) -> Degrees:
    """Return the mean geodesic distance of each point to the others, km.

    Rounded to a metre, so that the order of the points does not show; at least two.
    """
    chosen = _some(lon, lat)
    here, there = np.meshgrid(np.arange(len(lon)), chosen, indexing="ij")
    metres = _metres(lon, lat, here, there)
    return np.asarray(np.round(metres.sum(axis=1) / (len(chosen) - 1) / 1e3, 3))


def lineages(families: Sequence[str], lon: Degrees, lat: Degrees) -> int:
    """Return how many independent tables speak of one site.

    Tables of one family count once, and so do records of several tables whose points
    agree within 100 m: one was copied from the other.
    """
    members = _by_key(families)
    points = unit_vectors(lon, lat)
    copied = [
        (here, there)
        for here, there in itertools.combinations(range(len(members)), 2)
        if _nearest_m(members[here], members[there], points, lon, lat) < COPY_KM * 1e3
    ]
    first, second = np.array(copied, dtype=np.intp).reshape(-1, 2).T
    graph = coo_matrix(
        (np.ones(len(first)), (first, second)), shape=(len(members),) * 2
    )
    return int(connected_components(graph, directed=False)[0])


def _knots(
    names: Sequence[frozenset[SiteName]],
    sources: Sequence[str],
    lon: Degrees,
    lat: Degrees,
) -> list[Rows]:
    """Take together records of one table, of the same names, within a kilometre.

    A table may hold thousands of records near one point; without names there are none.
    """
    side_km = KNOT_KM / np.sqrt(3.0)
    cells = np.floor(unit_vectors(lon, lat) * RADIUS_KM / side_km).astype(np.int64)
    knots: dict[Any, list[int]] = {}
    for row, (held, source, cell) in enumerate(
        zip(names, sources, cells.tolist(), strict=True)
    ):
        if held:
            knots.setdefault((source, held, *cell), []).append(row)
    return [np.array(rows, dtype=np.intp) for rows in knots.values()]


def _links(
    knots: Sequence[Rows],
    names: Sequence[frozenset[SiteName]],
    sources: Sequence[str],
    lon: Degrees,
    lat: Degrees,
) -> Iterator[tuple[int, int]]:
    """Yield the first records of knots that share a name within reach."""
    firsts = np.array([knot[0] for knot in knots], dtype=np.intp)
    points = unit_vectors(lon[firsts], lat[firsts])
    named = [names[row] for row in firsts]
    found = itertools.chain(
        _of_one_name(named, points),
        _of_two_tables(named, [sources[row] for row in firsts], points),
    )
    for here, there in found:
        near = _metres(lon, lat, firsts[here], firsts[there]) <= REACH_KM * 1e3
        for one, other, surely in zip(here.tolist(), there.tolist(), near, strict=True):
            if surely or _meet(knots[one], knots[other], lon, lat):
                yield int(firsts[one]), int(firsts[other])


def _of_one_name(
    names: Sequence[frozenset[SiteName]], points: Degrees
) -> Iterator[tuple[Rows, Rows]]:
    """Yield the knots that have a name in common, letter by letter."""
    holders: dict[SiteName, list[int]] = {}
    for knot, held in enumerate(names):
        for name in held:
            holders.setdefault(name, []).append(knot)
    for several in (np.array(held) for held in holders.values() if len(held) > 1):
        pairs = KDTree(points[several]).query_pairs(_REACH, output_type="ndarray")
        yield several[pairs[:, 0]], several[pairs[:, 1]]


def _of_two_tables(
    names: Sequence[frozenset[SiteName]], sources: Sequence[str], points: Degrees
) -> Iterator[tuple[Rows, Rows]]:
    """Yield the knots of two tables that have a name spelt alike."""
    knots = _by_key(sources)
    for number, table in enumerate(knots):
        tree = KDTree(points[table])
        later = np.concatenate([np.zeros(0, dtype=np.intp), *knots[number + 1 :]])
        for start in range(0, len(later), _AT_A_TIME):
            some = later[start : start + _AT_A_TIME]
            near = KDTree(points[some]).sparse_distance_matrix(
                tree, _REACH, output_type="ndarray"
            )
            here, there = some[near["i"]], table[near["j"]]
            alike = [
                share_a_name(names[one], names[other])
                for one, other in zip(here.tolist(), there.tolist(), strict=True)
            ]
            yield here[alike], there[alike]


def _meet(here: Rows, there: Rows, lon: Degrees, lat: Degrees) -> bool:
    """Tell whether any record of one knot is within reach of one of the other."""
    if len(here) == len(there) == 1:
        return False
    first, second = np.meshgrid(here[:MOST], there[:MOST])
    return bool((_metres(lon, lat, first, second) <= REACH_KM * 1e3).any())


def _nearest_m(
    here: Rows, there: Rows, points: Degrees, lon: Degrees, lat: Degrees
) -> float:
    """Return how near two groups of records come to each other, metres."""
    _, nearest = KDTree(points[there]).query(points[here])
    return float(np.min(_metres(lon, lat, here, there[nearest])))


def _by_key(keys: Sequence[str]) -> list[Rows]:
    """Return the rows of each key, in the order of keys."""
    groups = pd.Series(keys, dtype=object).groupby(np.asarray(keys, dtype=object))
    return [np.asarray(rows, dtype=np.intp) for rows in groups.indices.values()]


def _some(lon: Degrees, lat: Degrees) -> Rows:
    """Choose the points that stand for all, evenly by position when there are many."""
    if len(lon) <= MOST:
        return np.arange(len(lon))
    chosen = np.linspace(0, len(lon) - 1, MOST).astype(np.intp)
    return np.asarray(np.lexsort([lat, lon])[chosen], dtype=np.intp)


def _metres(lon: Degrees, lat: Degrees, first: Rows, second: Rows) -> Degrees:
    return np.asarray(_EARTH.inv(lon[first], lat[first], lon[second], lat[second])[2])
