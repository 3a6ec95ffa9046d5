"""Known places of the world that judge an expert argument, and what they stand against.

Which records they are is written down in docs/expert-models.md.  Places are counted,
not records: one for each cluster of records and for each point.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.layers.occurrences.samples import CELL_DEG, usable
from geodata.layers.occurrences.tables import TABLES

Chosen = npt.NDArray[np.bool_]
Choice = Callable[[geopandas.GeoDataFrame], Chosen]

_BACKGROUND = tuple(table.source for table in TABLES if table.background)
_SURFICIAL, _SEDIMENTARY = r"^surficial\b", r"^sedimentary\b"  # first word of a group
_PORPHYRY, _COPPER = "usgs-porcu", "usgs-sir20105090z"


def alkaline(rows: geopandas.GeoDataFrame) -> Chosen:
    """Choose carbonatites and alkaline rocks with rare earths."""
    return _is(rows, "deposit_type", "carbonatite") & _with_rare_earths(rows)


def alkaline_igneous(rows: geopandas.GeoDataFrame) -> Chosen:
    """Choose alkaline and peralkaline rocks with rare earths, no carbonatites."""
    peralkaline = _is(rows, "deposit_type", "peralkaline") & _with_rare_earths(rows)
    return peralkaline | (alkaline(rows) & _said(rows, "^alk-ig$"))


def placer(rows: geopandas.GeoDataFrame) -> Chosen:
    """Choose placers with rare-earth minerals."""
    return _is(rows, "deposit_type", "placer") & _with_rare_earths(rows)


def phosphorite(rows: geopandas.GeoDataFrame) -> Chosen:
    """Choose marine phosphorites, whether or not rare earths are named."""
    return _said(rows, "marine chemical sediment|^phos$")


def ion_adsorption(rows: geopandas.GeoDataFrame) -> Chosen:
    """Choose ion-adsorption clays."""
    return _is(rows, "deposit_type", "clay-hosted") & _with_rare_earths(rows)


def weathering_crust(rows: geopandas.GeoDataFrame) -> Chosen:
    """Choose bauxite and nickel laterite: crusts of weathering on any rock."""
    surficial = _is(rows, "source_id", "usgs-major-deposits") & _said(rows, _SURFICIAL)
    metals = _holds(rows, "Al") | (_holds(rows, "Ni") & ~_holds(rows, "PGE"))
    return _is(rows, "source_id", "usgs-laterite") | (surficial & metals)


def basin_uranium(rows: geopandas.GeoDataFrame) -> Chosen:
    """Choose sedimentary and surficial uranium without gold."""
    return (
        _is(rows, "source_id", "usgs-major-deposits")
        & _said(rows, f"{_SEDIMENTARY}|{_SURFICIAL}")
        & _holds(rows, "U")
        & ~_holds(rows, "Au")
    )


KNOWN: Mapping[str, Choice] = MappingProxyType(
    {
        "alkaline": alkaline,
        "alkaline-igneous": alkaline_igneous,
        "placer": placer,
        "phosphorite": phosphorite,
        "ion-adsorption": ion_adsorption,
        "weathering-crust": weathering_crust,
        "basin-uranium": basin_uranium,
    }
)
"""Kinds of known places, by the records that are of the kind."""


def _akin_to_alkaline(rows: geopandas.GeoDataFrame) -> Chosen:
    named = _is(rows, "deposit_type", "carbonatite") | _is(
        rows, "deposit_type", "peralkaline"
    )
    return named | _said(rows, "carbonatit|alkal|magmatic") | _holds(rows, "Nb")


def _akin_to_phosphorite(rows: geopandas.GeoDataFrame) -> Chosen:
    return _holds(rows, "P")


def _akin_to_clay(rows: geopandas.GeoDataFrame) -> Chosen:
    crusts = _said(rows, _SURFICIAL) & (_holds(rows, "Al") | _holds(rows, "clay"))
    return weathering_crust(rows) | crusts


def _akin_to_placer(rows: geopandas.GeoDataFrame) -> Chosen:
    sands = _said(rows, _SURFICIAL) & (_holds(rows, "Ti") | _holds(rows, "Zr"))
    return _is(rows, "deposit_type", "placer") | sands


def _akin_to_uranium(rows: geopandas.GeoDataFrame) -> Chosen:
    return _holds(rows, "U")


_AKIN: Mapping[str, Choice] = MappingProxyType(
    {
        "alkaline": _akin_to_alkaline,
        "alkaline-igneous": _akin_to_alkaline,
        "placer": _akin_to_placer,
        "phosphorite": _akin_to_phosphorite,
        "ion-adsorption": _akin_to_clay,
        "weathering-crust": _akin_to_clay,
        "basin-uranium": _akin_to_uranium,
    }
)


def known_places(rows: geopandas.GeoDataFrame, kind: str) -> Chosen:
    """Say which records stand for the known places of a kind.

    Parameters
    ----------
    rows : GeoDataFrame
        The layer ``mineral-occurrences``.
    kind : str
        One of :data:`KNOWN`.

    Returns
    -------
    array of bool, shape (rows,)
        One record for each place, none that contradicts itself or is a plant.
    """
    return _one_each(rows, _usable(rows) & KNOWN[kind](rows), by_cell=False)


def other_deposits(rows: geopandas.GeoDataFrame, kind: str) -> Chosen:
    """Say which records stand for other deposits than those of a kind.

    Parameters
    ----------
    rows, kind
        As :func:`known_places`.

    Returns
    -------
    array of bool, shape (rows,)
        Of the deposit tables of the same survey, what names no rare earth and is not
        akin: one for each cell of 0.25 degrees, none in a cell of a known place.
    """
    cells = _cells(rows)
    apart = (
        np.isin(rows["source_id"], _BACKGROUND)
        & _usable(rows)
        & ~_with_rare_earths(rows)
        & ~KNOWN[kind](rows)
        & ~_AKIN[kind](rows)
        & ~np.isin(cells, cells[known_places(rows, kind)].unique())
    )
    return _one_each(rows, apart, by_cell=True)


def porphyry_copper(rows: geopandas.GeoDataFrame) -> Chosen:
    """Say which records the tables call porphyry copper."""
    assessed = _is(rows, "source_id", _COPPER) & _said(rows, "porphyry")
    return _is(rows, "source_id", _PORPHYRY) | assessed


def _one_each(rows: geopandas.GeoDataFrame, chosen: Chosen, *, by_cell: bool) -> Chosen:
    """Keep one record for each place, or each cell: the preferred one, or the first."""
    kept = pd.DataFrame(
        {
            "row": np.flatnonzero(chosen),
            "other": ~rows["preferred"].to_numpy(np.bool_)[chosen],
            "cluster": rows["cluster_id"].to_numpy()[chosen],
            "cell": _cells(rows).to_numpy()[chosen],
            "lon": rows["lon"].to_numpy()[chosen],
            "lat": rows["lat"].to_numpy()[chosen],
        }
    ).sort_values(["other", "row"])
    columns = [["cell"]] if by_cell else [["cluster"], ["lon", "lat"]]
    for column in columns:
        kept = kept.drop_duplicates(column)
    found = np.zeros(len(rows), dtype=np.bool_)
    found[kept["row"].to_numpy()] = True
    return found


def _cells(rows: geopandas.GeoDataFrame) -> pd.Series:
    east = np.floor(rows["lon"] / CELL_DEG).astype(str)
    return east + " " + np.floor(rows["lat"] / CELL_DEG).astype(str)


def _usable(rows: geopandas.GeoDataFrame) -> Chosen:
    return np.asarray(rows.index.isin(usable(rows).index))


def _is(rows: geopandas.GeoDataFrame, column: str, value: str) -> Chosen:
    return np.asarray(rows[column] == value, dtype=np.bool_)


def _with_rare_earths(rows: geopandas.GeoDataFrame) -> Chosen:
    return _is(rows, "ree_evidence", "direct")


def _said(rows: geopandas.GeoDataFrame, pattern: str) -> Chosen:
    """Say where the source's own word for the type fits a pattern."""
    words = rows["deposit_type_source"].fillna("").str.casefold()
    return np.asarray(words.str.contains(pattern, regex=True), dtype=np.bool_)


def _holds(rows: geopandas.GeoDataFrame, commodity: str) -> Chosen:
    codes = rows["commodities"].fillna("").str.split(",")
    return np.asarray([commodity in held for held in codes], dtype=np.bool_)
