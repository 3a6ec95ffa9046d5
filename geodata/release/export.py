"""Write the tables of a release as GeoParquet, the same bytes every time."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import geopandas as gpd

from geodata.evidence.recipes import Reading
from geodata.layers.store import LayerStore
from geodata.release.coverage import LayerCoverage, coverage_table
from geodata.release.map_layers import map_tables, names_table
from geodata.release.model import COVERAGE, NAMES
from geodata.release.surroundings import Surroundings


def write_tables(
    folder: Path,
    prospects: gpd.GeoDataFrame,
    around: Surroundings,
    *,
    store: LayerStore,
    named: Iterable[str],
    coverage: Iterable[LayerCoverage],
    past: Mapping[str, gpd.GeoDataFrame],
) -> None:
    """Write prospects, what surrounds them, and the lines distances refer to.

    Parameters
    ----------
    folder : Path
        Folder of the release.
    prospects : GeoDataFrame
        Ranked prospect areas.
    around : Surroundings
        States, land, lakes, places, occurrences.
    store : LayerStore
        For layers that are carried over.
    named : iterable of str
        Ids of vector layers whose names the explanations use.
    coverage : iterable of LayerCoverage
        Where the layers are known.
    past : mapping of str to GeoDataFrame
        What is carried on of earlier releases, by name.
    """
    tables = {
        **past,
        "prospects": prospects,
        "states": around.states,
        "land": around.land,
        "lakes": around.lakes,
        "places": around.places,
        "occurrences": around.occurrences,
    }
    tables |= map_tables(store, around.occurrences)
    if len(left_out := coverage_table(coverage)):
        tables[COVERAGE] = left_out
    (folder / NAMES).mkdir()
    tables |= {
        f"{NAMES}/{layer}": names_table(store.vector(layer).table) for layer in named
    }
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)


def named_layers(readings: Mapping[str, Reading]) -> dict[str, str]:
    """Return measurement key → layer id where a distance has a name to tell."""
    return {
        key: reading.measurement.layer
        for key, reading in readings.items()
        if reading.provenance is not None
        and reading.measurement.measure == "distance"
        and not reading.measurement.only
        and reading.provenance.kind == "lines"
    }


def write_json(path: Path, content: object) -> None:
    """Write JSON with sorted keys; NaN is refused, unknown is null."""
    text = json.dumps(
        content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False
    )
    path.write_text(text + "\n", encoding="utf-8")
