"""Mineral occurrences: every record of every public table, in one uniform table.

One row is what one record of one table says.  Nothing is merged away: records that
speak of the same place share a ``cluster_id``, and one of them is ``preferred`` as the
position of the place.  Plants, and records that contradict themselves, stay in the
table, marked, and are preferred nowhere.
"""

from collections.abc import Sequence
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import LayerFormatError
from geodata.folders import BUNDLE
from geodata.layers.model import Files, TableProduct, VectorProduct
from geodata.layers.occurrences.countries import doubts, other_states
from geodata.layers.occurrences.positions import (
    inside,
    read_positions,
    shared_points,
    states_at,
    uncertainties_km,
)
from geodata.layers.occurrences.public_table import MINERALS, NOTHING, OccurrenceTable
from geodata.layers.occurrences.records import parts_used, read_records
from geodata.layers.occurrences.sites import with_sites
from geodata.layers.occurrences.tables import TABLES
from geodata.layers.occurrences.vocabulary import Content, Vocabulary, load_vocabulary
from geodata.layers.storage.table_file import CRS
from geodata.layers.store import LayerStore
from geodata.region import WINDOW, Bounds
from geodata.sources import Catalogue, load_catalogue

COLUMNS = (
    "occurrence_id",
    "name",
    "aliases",
    "lon",
    "lat",
    "uncertainty_km",
    "country_text",
    "country",
    "commodities",
    "minerals",
    "commodity_group",
    "ree_evidence",
    "deposit_type",
    "deposit_type_source",
    "status",
    "status_source",
    "age",
    "is_facility",
    "shared_point",
    "quarantined",
    "reason",
    "cluster_id",
    "cluster_claims",
    "cluster_lineages",
    "cluster_spread_km",
    "preferred",
    "source_id",
    "record_id",
    "record_url",
    "table",
    "rebuilt",
    "extra",
)
"""Columns of both layers, the one with positions and the one without."""

_MARGIN_DEG = 3.0  # more than 300 km in latitude, and wider than the window by half
_NEAR = Bounds(
    west=WINDOW.west - _MARGIN_DEG,
    south=WINDOW.south - _MARGIN_DEG,
    east=WINDOW.east + _MARGIN_DEG,
    north=WINDOW.north + _MARGIN_DEG,
)
_TABLES = {table.source: table for table in TABLES}
_ONLY_NEAR = [table.source for table in TABLES if table.only_near]


def build_occurrences(files: Files) -> VectorProduct:
    """Return every record that has a position, of every table that is here.

    Parameters
    ----------
    files : mapping of (source id, file name) to Path
        Files of the tables; any may be missing.

    Returns
    -------
    VectorProduct
        Points, the world; columns :data:`COLUMNS`.  Coverage is unknown: where a
        table has no record, nothing is said.
    """
    table = located_records(files, load_catalogue(), bundled_states())
    facts = _facts(files, table)
    return VectorProduct(
        table=table, extra={**facts, "country_disagreements": other_states(table)}
    )


def build_unlocated(files: Files) -> TableProduct:
    """Return every record without a usable position; ``reason`` says why.

    The columns are those of the located ones; numbers of position are NaN.
    """
    records = uniform_records(files, load_catalogue())
    unlocated = records[records["lon"].isna()].copy()
    unlocated["uncertainty_km"] = np.nan
    unlocated[["shared_point", "quarantined", "preferred"]] = False
    unlocated["country"] = ""
    unlocated["cluster_id"] = unlocated["occurrence_id"]
    unlocated[["cluster_claims", "cluster_lineages"]] = 1
    unlocated["cluster_spread_km"] = np.nan
    table = unlocated[list(COLUMNS)].reset_index(drop=True)
    return TableProduct(table=table, extra=_facts(files, table))


def bundled_states() -> geopandas.GeoDataFrame:
    """Return the polygons of the five states that come with the code."""
    return LayerStore((BUNDLE,)).vector("states").table


def uniform_records(files: Files, catalogue: Catalogue) -> pd.DataFrame:
    """Read all records and say in our words what they say.

    Returns
    -------
    DataFrame
        In the order of the tables; ``lon``, ``lat`` are NaN and ``reason`` says why
        where there is no usable position.  Position, state and place of a record are
        not judged yet.
    """
    records = read_records(files, catalogue)
    if records.empty:
        raise LayerFormatError(
            "None of the occurrence tables holds a record. Expected at least one table "
            "besides the copies that complete others; fetch one with "
            "scripts/ingest.py --layer mineral-occurrences."
        )
    records = records.assign(**read_positions(records))
    records = records[~_left_out(records)].reset_index(drop=True)
    return records.assign(**_contents(records), occurrence_id=_ids(records))


def located_records(
    files: Files, catalogue: Catalogue, states: geopandas.GeoDataFrame
) -> geopandas.GeoDataFrame:
    """Return the located records with state, doubts, uncertainty and place.

    Parameters
    ----------
    states : GeoDataFrame, EPSG:4326
        The layer ``states``.

    Returns
    -------
    GeoDataFrame, EPSG:4326
        Columns :data:`COLUMNS` and points, in the order of the tables.
    """
    records = uniform_records(files, catalogue)
    records = records[records["lon"].notna()].reset_index(drop=True)
    lon, lat = records["lon"].to_numpy(float), records["lat"].to_numpy(float)
    sources = records["source_id"].tolist()
    shared = shared_points(sources, lon, lat).to_numpy(bool)
    reason = _reasons(records, catalogue, doubts(records, lon, lat))
    records = records.assign(
        uncertainty_km=uncertainties_km(sources, lon, lat, shared),
        country=states_at(states, lon, lat),
        shared_point=shared,
        quarantined=[bool(text) for text in reason],
        reason=reason,
    )
    placed = records.assign(**with_sites(records))
    return geopandas.GeoDataFrame(
        placed[list(COLUMNS)],
        geometry=geopandas.points_from_xy(lon, lat),
        crs=CRS,
    )


def _reasons(
    records: pd.DataFrame, catalogue: Catalogue, doubtful: Sequence[str]
) -> list[str]:
    """Say why records are set aside: what the catalogue knows of them comes first."""
    wrong = {source: catalogue.published(source).wrong for source in _TABLES}
    return [
        wrong[source].get(record, doubt)
        for source, record, doubt in zip(
            records["source_id"], records["record_id"], doubtful, strict=True
        )
    ]


def _contents(records: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that come from words: commodities, type, status and so on."""
    words = load_vocabulary()
    described = [_described(row, words) for row in records.to_dict("records")]
    return pd.DataFrame(described, index=records.index)


def _described(row: dict[str, str], words: Vocabulary) -> dict[str, str | bool]:
    table = _TABLES[row["source_id"]]
    content = _content(row, table, words)
    codes = content.commodities
    # A record of a table of tin and tungsten that lists nothing has one or the other:
    # its group is known, its commodity is not.
    about = codes or frozenset(table.subject_any)
    types = [text for text in (row["deposit_group"], row["deposit_type"]) if text]
    return {
        "commodities": ",".join(sorted(codes)),
        "minerals": ",".join(sorted(content.minerals)),
        "commodity_group": words.group(about),
        "ree_evidence": words.evidence(about),
        "deposit_type": words.deposit_type(table.source, *reversed(types)),
        "deposit_type_source": " / ".join(types),
        "status": words.status(row["status"]),
        "status_source": row["status"],
        "is_facility": words.is_facility(name=row["name"], status=row["status"]),
        "table": table.title,
        "record_url": table.record_page.replace("{record_id}", row["record_id"]),
    }


def _content(row: dict[str, str], table: OccurrenceTable, words: Vocabulary) -> Content:
    text = "" if table.lists == NOTHING else row["commodities"]
    listed = words.content(text, lists_minerals=table.lists == MINERALS)
    copied = words.content(row["minerals_text"], lists_minerals=True)
    codes = listed.commodities | frozenset(table.subject)
    codes |= words.implied(table.source, row["deposit_type"])
    return Content(commodities=codes, minerals=listed.minerals | copied.minerals)


def _left_out(records: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which records of tables kept near the region only are of no use to us.

    A record without a position is far from everything.
    """
    far = ~inside(_NEAR, records["lon"].to_numpy(float), records["lat"].to_numpy(float))
    asked = records["source_id"].isin(_ONLY_NEAR).to_numpy(bool) & far
    words = load_vocabulary()
    texts = records["commodities"].where(asked, "")
    is_direct = {
        text: words.evidence(words.content(text).commodities) == "direct"
        for text in texts.unique()
    }
    return np.asarray(asked & ~texts.map(is_direct).to_numpy(bool))


def _ids(records: pd.DataFrame) -> pd.Series:
    """Return source and record id; a record id used twice gets a number behind it."""
    ids = records["source_id"].str.cat(records["record_id"], sep=":")
    again = ids.groupby(ids).cumcount()
    return ids.where(again == 0, ids + "#" + (again + 1).astype(str))


def _facts(files: Files, table: pd.DataFrame) -> dict[str, Any]:
    """Return what the record of a layer says of its tables."""
    rows = table["source_id"].value_counts()
    rebuilt = table.loc[table["rebuilt"].astype(bool), "source_id"].unique()
    return {
        "parts": [f"{source}/{name}" for source, name in parts_used(files)],
        "rows": {source: int(rows[source]) for source in sorted(rows.index)},
        "rebuilt": sorted(rebuilt),
    }
