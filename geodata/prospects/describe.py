"""Describe prospect areas: where, how big, whose, why, and how sure."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geodata.prospects.delineate import outlines
from geodata.prospects.licence_blocks import licence_blocks
from geodata.prospects.neighbours import nearest_occurrences
from geodata.prospects.towns import describe_place
from geodata.raster import Cells, FloatArray
from geodata.raster.sheets import sheet_200k, sheets_200k
from geodata.region import STATES
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.draws import Draws
from geodata.scoring.expert_explanation import explain
from geodata.scoring.explanation import (
    AreaExplanation,
    NearestOccurrence,
    StateShare,
)
from geodata.scoring.favourability import Favourability
from geodata.scoring.land import RELIEF, kinds_of_land
from geodata.scoring.like_land import RegionalModel
from geodata.scoring.measured import Background
from geodata.scoring.uncertainty import CHUNK, DrawnModel

NEARBY_KM = 250.0  # an occurrence farther away says nothing about an area
_STATE_NAMES = {state.iso3: state.name for state in STATES}
NameAt = Callable[[float, float], str]


@dataclass(frozen=True, kw_only=True)
class Survey:
    """Everything a release knows about its cells, whatever the deposit type.

    Attributes
    ----------
    cells : Cells
        The land cells of the five states.
    state : array of int8, shape (cells,)
        Position in :data:`geodata.region.STATES`.
    measured : mapping of measurement key to float32 array, shape (cells,)
        NaN = unknown.
    backgrounds : mapping of measurement key to Background
        The region to compare with.
    names : mapping of measurement key to function (lon, lat) -> str
        Names of what was measured to.
    places, occurrences : GeoDataFrame
        Towns, and the known sites (one row a site).
    """

    cells: Cells
    state: npt.NDArray[np.int8]
    measured: Mapping[str, FloatArray]
    backgrounds: Mapping[str, Background]
    names: Mapping[str, NameAt]
    places: gpd.GeoDataFrame
    occurrences: gpd.GeoDataFrame


@dataclass(frozen=True, kw_only=True)
class ProspectArea:
    """One area, not yet ranked.

    Attributes
    ----------
    deposit_type : DepositType
        The model that proposes it.
    geometry : Polygon or MultiPolygon
        Longitude and latitude, degrees, WGS 84.
    lon, lat : float
        Centre of its best cell, degrees.
    area_km2 : float
        Cells times area of a cell, square kilometres.
    members : array of int64, shape (cells of the area,)
        Positions of its cells among those of the survey.
    drawn : array of float32, shape (draws,)
        Log favourability under every draw.
    explanation : AreaExplanation
        Why it scores as it does, and what is nearby.
    nearest : sequence of NearestOccurrence
        Nearest first; empty when none is known.
    place : str
        Position relative to a town.
    sheet : str
        1:200 000 sheet of the best cell.
    sheets : tuple of str
        All sheets the area meets.
    shares : tuple of (iso3, share)
        States by share of area, largest first, shares 0 to 1.
    """

    deposit_type: DepositType
    geometry: shapely.Geometry
    lon: float
    lat: float
    area_km2: float
    members: npt.NDArray[np.int64]
    drawn: FloatArray
    explanation: AreaExplanation
    nearest: Sequence[NearestOccurrence]
    place: str
    sheet: str
    sheets: tuple[str, ...]
    shares: tuple[tuple[str, float], ...]


def describe(
    model: RegionalModel,
    draws: Draws,
    label: npt.NDArray[np.int32],
    favourability: Favourability,
    survey: Survey,
) -> list[ProspectArea]:
    """Describe every numbered area of one deposit type.

    Parameters
    ----------
    model, draws
        The model and its Monte-Carlo draws.
    label : array of int32, shape (rows, columns)
        From :func:`geodata.prospects.delineate.delineate`.
    favourability : Favourability
        Of the survey's cells.
    survey : Survey
        Cells, measurements and surroundings.
    """
    of_cell = label.ravel()[survey.cells.index]
    order = np.argsort(of_cell, kind="stable")
    limits = np.searchsorted(of_cell[order], np.arange(1, label.max() + 2))
    return [
        _describe_one(
            model,
            draws,
            geometry,
            members=order[limits[value - 1] : limits[value]],
            favourability=favourability,
            survey=survey,
        )
        for value, geometry in outlines(label, survey.cells.grid).items()
    ]


def _describe_one(
    model: RegionalModel,
    draws: Draws,
    geometry: shapely.Geometry,
    *,
    members: npt.NDArray[np.int64],
    favourability: Favourability,
    survey: Survey,
) -> ProspectArea:
    deposit_type = model.deposit_type
    best = int(np.nan_to_num(favourability.ranked[members]).argmax())
    lon, lat = (
        float(value[0])
        for value in survey.cells.lonlat(slice(members[best], members[best] + 1))
    )
    keys = [item.key for item in (*deposit_type.measurements(), RELIEF)]
    measured = {key: survey.measured[key][members] for key in keys}
    drawn_model = DrawnModel.of(model, draws, turn=turn_of(lon, lat))
    drawn = mean_log_scores(drawn_model, measured)
    kinds = kinds_of_land(measured[RELIEF.key]).mean(axis=0, keepdims=True)
    explanation = explain(
        model,
        drawn_model.ranges(drawn[np.newaxis], kinds)[0],
        measured,
        survey.backgrounds,
        {key: survey.names[key](lon, lat) for key in keys},
        lon=lon,
        lat=lat,
    )
    nearest = tuple(
        item
        for item in nearest_occurrences(geometry, survey.occurrences)
        if item.distance_km <= NEARBY_KM
    )
    sheets = sheets_200k(geometry)
    shares = _shares(survey.state[members])
    return ProspectArea(
        deposit_type=deposit_type,
        geometry=geometry,
        lon=lon,
        lat=lat,
        area_km2=len(members) * survey.cells.grid.cell_area_km2,
        members=members,
        drawn=drawn,
        explanation=AreaExplanation(
            **dict(explanation),
            states=tuple(
                StateShare(iso3=code, name=_STATE_NAMES[code], share=share)
                for code, share in shares
            ),
            nearest_occurrences=nearest,
            sheets=sheets,
            blocks=licence_blocks(geometry),
        ),
        nearest=nearest,
        place=describe_place(lon, lat, survey.places),
        sheet=sheet_200k(lon, lat),
        sheets=sheets,
        shares=shares,
    )


def turn_of(lon: float, lat: float) -> float:
    """Return a share of the land, 0 to 1, another one for each 1:1 000 000 of a degree.

    What is not known of two areas has nothing to do with each other, so their draws
    are turned against each other.
    """
    return zlib.crc32(f"{lon:.6f} {lat:.6f}".encode()) / 2**32


def mean_log_scores(
    drawn: DrawnModel, measured: Mapping[str, FloatArray]
) -> FloatArray:
    """Average log favourability over some cells, for every draw; shape (draws,)."""
    count = len(measured[RELIEF.key])
    total = np.zeros(drawn.draws.count, dtype=np.float64)
    for start in range(0, count, CHUNK):
        total += drawn.log_scores(
            {key: row[start : start + CHUNK] for key, row in measured.items()}
        ).sum(axis=0, dtype=np.float64)
    return (total / count).astype(np.float32)


def _shares(state: npt.NDArray[np.int8]) -> tuple[tuple[str, float], ...]:
    count = np.bincount(state[state >= 0], minlength=len(STATES))
    share = count / count.sum()
    order = np.argsort(-share, kind="stable")
    return tuple(
        (STATES[position].iso3, float(share[position]))
        for position in order
        if share[position] > 0
    )
