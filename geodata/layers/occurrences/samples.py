"""Rows of the occurrence table for one purpose: labels, background, known sites.

Nothing here is a judgement of its own: a label is a record whose *source* gives it
the deposit type and names rare earths.  Places, not records, are counted: several
records of one place make one label, at its preferred position where that qualifies, or
where its own is an outlier.
"""

import re

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import KDTree

from geodata.layers.occurrences.known_sites import NUMBER_COLUMNS, TEXT_COLUMNS
from geodata.layers.occurrences.positions import (
    RADIUS_KM,
    inside,
    point_keys,
    preference,
    unit_vectors,
)
from geodata.layers.occurrences.tables import TABLES
from geodata.layers.occurrences.vocabulary import deposit_types
from geodata.region import WINDOW

CELL_DEG = 0.25
"""Side of the cells in which the background holds one place at most."""

BESIDE_KM = 25.0
"""A record nearer than this to a label may be of the same complex: no other deposit."""

# Alkaline complexes and carbonatites carry rare earths, whatever else a table names of
# them; an igneous record of their usual companions is taken for one.
_ALKALINE_TYPES = frozenset({"alkaline-collision", "carbonatite", "peralkaline"})
_ALKALINE_COMPANIONS = frozenset({"F", "Hf", "Nb", "P", "Th", "Zr"})
_IGNEOUS = re.compile(r"igneous|magmatic|alkal|carbonatit", re.IGNORECASE)

_NO_LABELS = [table.source for table in TABLES if not table.gives_labels]
_BACKGROUND = [table.source for table in TABLES if table.background]


def usable(occurrences: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return the records that are neither plants nor contradict themselves."""
    return occurrences[~occurrences["quarantined"] & ~occurrences["is_facility"]]


def labels(
    occurrences: geopandas.GeoDataFrame, deposit_type: str
) -> geopandas.GeoDataFrame:
    """Return the places in the world that are known examples of a deposit type.

    Parameters
    ----------
    occurrences : GeoDataFrame, EPSG:4326
        The layer ``mineral-occurrences``.
    deposit_type : str
        One of :func:`~geodata.layers.occurrences.vocabulary.deposit_types`.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        Usable records of the type that name rare earths; one for each place, and one
        for each point.  None of a table that is kept apart for tests.

    Raises
    ------
    ValueError
        If there is no such type.
    """
    if deposit_type not in deposit_types():
        raise ValueError(f"{deposit_type!r} is none of {', '.join(deposit_types())}")
    rows = usable(occurrences)
    is_label = (
        (rows["deposit_type"] == deposit_type)
        & (rows["ree_evidence"] == "direct")
        & ~rows["source_id"].isin(_NO_LABELS)
    )
    places = _first_of(rows[is_label], rows.loc[is_label, "cluster_id"])
    places = _at_better_position(places, rows)
    lon, lat = places["lon"].to_numpy(), places["lat"].to_numpy()
    return _first_of(places, point_keys([""] * len(places), lon, lat))


def _at_better_position(
    places: geopandas.GeoDataFrame, rows: geopandas.GeoDataFrame
) -> geopandas.GeoDataFrame:
    """Move places to the preferred record of their site where theirs is an outlier.

    It is where the two lie farther apart than the record's own position may be wrong.
    """
    columns = ["lon", "lat", "uncertainty_km"]
    better = rows[rows["preferred"] & (rows["ree_evidence"] == "direct")]
    better = better.drop_duplicates("cluster_id").set_index("cluster_id")[columns]
    better = better.reindex(places["cluster_id"]).set_index(places.index)
    first, second = (
        unit_vectors(table["lon"].to_numpy(float), table["lat"].to_numpy(float))
        for table in (places, better)
    )
    apart = 2.0 * np.arcsin(np.linalg.norm(first - second, axis=1) / 2.0) * RADIUS_KM
    moved = apart > places["uncertainty_km"].to_numpy(float)  # unknown is not apart
    found = places.copy()
    found.loc[moved, columns] = better.loc[moved, columns]
    return found.set_geometry(
        geopandas.points_from_xy(found["lon"], found["lat"]), crs=places.crs
    )


def background(
    occurrences: geopandas.GeoDataFrame,
    deposit_type: str,
    *,
    cell_deg: float = CELL_DEG,
) -> geopandas.GeoDataFrame:
    """Return the target group: where the same people looked and found something else.

    Parameters
    ----------
    occurrences : GeoDataFrame, EPSG:4326
        The layer ``mineral-occurrences``.
    deposit_type : str
        The type whose labels it stands against.
    cell_deg : float
        Side of the cells, degrees.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        Usable records of the other deposit tables of the same survey that name no
        rare earth and are not of the type: one for each cell, none nearer than
        :data:`BESIDE_KM` to a label.  Of alkaline and carbonatite types, no igneous
        record of what goes with rare earths in such complexes either.
    """
    rows = usable(occurrences)
    other = (rows["ree_evidence"] != "direct") & (rows["deposit_type"] != deposit_type)
    if deposit_type in _ALKALINE_TYPES:
        other &= ~is_alkaline(rows)
    rows = rows[rows["source_id"].isin(_BACKGROUND) & other]
    rows = rows[~_beside(rows, labels(occurrences, deposit_type))]
    return _first_of(rows, _cells(rows, cell_deg))


def unseen(occurrences: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return the places of rare earths that only tables without labels know.

    Parameters
    ----------
    occurrences : GeoDataFrame, EPSG:4326
        The layer ``mineral-occurrences``.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        Usable records, of whatever type, that name rare earths: one for each place,
        none nearer than :data:`BESIDE_KM` to such a record of another table.
    """
    rows = usable(occurrences)
    rows = rows[rows["ree_evidence"] == "direct"]
    outside = rows["source_id"].isin(_NO_LABELS).to_numpy()
    found = rows[outside]
    found = found[~_beside(found, rows[~outside])]
    return _first_of(found, found["cluster_id"])


def is_alkaline(records: pd.DataFrame) -> pd.Series:
    """Tell which records are taken for alkaline complexes or carbonatites.

    Parameters
    ----------
    records : DataFrame
        Columns ``deposit_type_source`` and ``commodities``.

    Returns
    -------
    Series of bool
        True where the source calls the deposit igneous, magmatic, alkaline or
        carbonatitic and names fluorine, hafnium, niobium, phosphorus, thorium or
        zirconium.
    """
    igneous = records["deposit_type_source"].str.contains(_IGNEOUS)
    named = records["commodities"].str.split(",").map(_ALKALINE_COMPANIONS.isdisjoint)
    return igneous & ~named.astype(bool)


def _beside(
    rows: geopandas.GeoDataFrame, places: geopandas.GeoDataFrame
) -> npt.NDArray[np.bool_]:
    """Tell which rows lie nearer than :data:`BESIDE_KM` to one of some places."""
    if rows.empty or places.empty:
        return np.zeros(len(rows), dtype=np.bool_)
    first, second = (
        unit_vectors(table["lon"].to_numpy(float), table["lat"].to_numpy(float))
        for table in (rows, places)
    )
    chord, _ = KDTree(second).query(first)
    return np.asarray(2.0 * RADIUS_KM * np.arcsin(chord / 2.0) < BESIDE_KM)


def region_records(occurrences: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return the records that name rare earths in the window, as the bundle has them.

    Parameters
    ----------
    occurrences : GeoDataFrame, EPSG:4326
        The layer ``mineral-occurrences``.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        In the columns of the table of known sites, as
        :func:`~geodata.layers.occurrences.known_sites.parse_known_sites` reads it.
        ``site`` is the name of the place's preferred record, with its id when two
        places have one name; exactly one record of a site is ``preferred``.
        ``occurrence_id`` is written as in the bundle, so equal ids mean equal records.
    """
    rows = usable(occurrences)
    near = inside(WINDOW, rows["lon"].to_numpy(), rows["lat"].to_numpy())
    rows = rows[near & (rows["ree_evidence"] == "direct").to_numpy()]
    chosen = _first_of(rows, rows["cluster_id"])
    names = chosen["name"].where(chosen["name"] != "", chosen["occurrence_id"])
    twice = names.duplicated(keep=False)
    names = names.where(~twice, names + " (" + chosen["occurrence_id"] + ")")
    sites = dict(zip(chosen["cluster_id"], names, strict=True))
    records = rows.assign(
        occurrence_id=rows["occurrence_id"].str.replace(":", "-", n=1),
        site=rows["cluster_id"].map(sites),
        name=rows["name"].where(rows["name"] != "", rows["occurrence_id"]),
        status=rows["status_source"],
        country_by_polygon=rows["country"],
        source=rows["source_id"],
        note=_notes(rows),
        preferred=rows["occurrence_id"].isin(chosen["occurrence_id"]),
    )
    columns = [*TEXT_COLUMNS, *NUMBER_COLUMNS, "preferred", records.geometry.name]
    return records[columns].reset_index(drop=True)


def _first_of(rows: geopandas.GeoDataFrame, keys: pd.Series) -> geopandas.GeoDataFrame:
    """Return the best row for each key: the preferred one of its place if it is there.

    Rows keep their order.
    """
    order = pd.DataFrame(
        {
            "other": ~rows["preferred"].to_numpy(dtype=np.bool_),
            "rank": preference(rows),
            "key": keys.to_numpy(),
        }
    ).sort_values(["other", "rank"], kind="stable")
    first = ~order["key"].duplicated()
    return rows.iloc[np.sort(order.index[first].to_numpy())]


def _cells(rows: geopandas.GeoDataFrame, cell_deg: float) -> pd.Series:
    """Return the name of the cell each row lies in."""
    east = np.floor(rows["lon"].to_numpy() / cell_deg).astype(np.int64)
    north = np.floor(rows["lat"].to_numpy() / cell_deg).astype(np.int64)
    return pd.Series(
        [f"{x} {y}" for x, y in zip(east, north, strict=True)], dtype=object
    )


def _notes(rows: geopandas.GeoDataFrame) -> list[str]:
    """Say what a reader of one record must know; our words only."""
    return [
        " ".join(
            text
            for text, said in (
                ("Read from a reconstruction of the table.", rebuilt),
                ("Shares its point with another record of the table.", shared),
            )
            if said
        )
        for rebuilt, shared in zip(rows["rebuilt"], rows["shared_point"], strict=True)
    ]
