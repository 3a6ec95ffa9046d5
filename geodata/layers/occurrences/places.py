"""Which records speak of one place, and which of them gives its position."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.layers.occurrences.clusters import (
    lineages,
    mean_distances_km,
    place_names,
    same_places,
    spread_km,
)
from geodata.layers.occurrences.tables import TABLES

_ORDER = {table.source: number for number, table in enumerate(TABLES)}
_LINEAGE = {table.source: table.lineage or table.source for table in TABLES}


def with_places(claims: pd.DataFrame) -> pd.DataFrame:
    """Group records into places.

    Parameters
    ----------
    claims : DataFrame
        Located records with a default index.

    Returns
    -------
    DataFrame
        Same index; ``cluster_id`` (the first id of the place in order of letters),
        ``cluster_claims``, ``cluster_lineages``, ``cluster_spread_km`` (NaN for a
        place of one record) and ``preferred``: exactly one record of each place that
        has a usable one.  It is one that names rare earths if any does, and of those
        the one with the smallest sum of its uncertainty and its mean distance to the
        others.  A plant or a quarantined record is a place of its own, without a
        preferred record.
    """
    ids = claims["occurrence_id"].to_numpy(dtype=object)
    lon, lat = claims["lon"].to_numpy(float), claims["lat"].to_numpy(float)
    usable = ~(claims["quarantined"] | claims["is_facility"]).to_numpy(bool)
    places = np.arange(len(claims)) + len(claims)
    named = claims[usable]
    places[usable] = same_places(
        [
            place_names(*both)
            for both in zip(named["name"], named["aliases"], strict=True)
        ],
        named["source_id"].tolist(),
        lon[usable],
        lat[usable],
    )
    numbers = pd.Series(np.arange(len(claims)))
    sources = claims["source_id"].to_numpy(dtype=object)
    rank = preference(claims)
    indirect = (claims["ree_evidence"] != "direct").to_numpy(bool)
    uncertainty_km = claims["uncertainty_km"].to_numpy(float)
    found: dict[str, Any] = {
        "cluster_id": ids.copy(),
        "cluster_claims": np.ones(len(claims), dtype=np.int64),
        "cluster_lineages": np.ones(len(claims), dtype=np.int64),
        "cluster_spread_km": np.full(len(claims), np.nan),
        "preferred": usable.copy(),
    }
    for members in numbers.groupby(places).groups.values():
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
    return pd.DataFrame(found, index=claims.index)


def preference(claims: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the rank of each record as the position of a place, 0 the best.

    A record that names rare earths comes first, then the smaller uncertainty, then the
    order of the tables, then the id; the order of the rows does not matter.
    """
    order = pd.DataFrame(
        {
            "indirect": (claims["ree_evidence"] != "direct").to_numpy(),
            "uncertainty_km": claims["uncertainty_km"].to_numpy(),
            "table": claims["source_id"].map(_ORDER).to_numpy(),
            "id": claims["occurrence_id"].to_numpy(),
        }
    ).sort_values(["indirect", "uncertainty_km", "table", "id"])
    rank = np.empty(len(claims), dtype=np.int64)
    rank[order.index.to_numpy()] = np.arange(len(claims))
    return rank
