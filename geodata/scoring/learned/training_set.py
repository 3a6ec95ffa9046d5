"""The places a learned model is trained on: examples, other deposits, ordinary land.

Examples are the world's occurrences of a deposit type.  They stand against two
backgrounds: places where the same surveys list another kind of deposit, so that
where people happened to look cancels out; and land laid out evenly, because a map
ranks all land and not only land with deposits.  Evidence is read at these places by
the same functions of place that score the region.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import MissingLayerError
from geodata.evidence.measurement import Measurement
from geodata.evidence.recipes import Reading, prepare, prepare_each
from geodata.layers.occurrences.samples import background, labels
from geodata.layers.store import LayerStore
from geodata.raster import KM_PER_DEGREE, DegreeArray
from geodata.region import Bounds
from geodata.scoring.learned.argument import Argument, Float64Array
from geodata.scoring.learned.model import encode_all

OCCURRENCES = "mineral-occurrences"
LABEL, OTHER_DEPOSIT, LAND = 0, 1, 2
GROUND = "lithology-fractions"
"""Layer that says where land is: the part of the world whose bedrock it knows."""

CENTRAL_ASIA = Bounds(west=46.0, south=35.0, east=88.0, north=56.0)
"""Kept back whole for the figures we report."""

LATTICE = 24_000  # points over the whole globe, about one each 146 km; 7 000 on land
_SOUTHERNMOST_LAND = -60.0  # Antarctica has no table of deposits
_GOLDEN = np.pi * (3.0 - np.sqrt(5.0))
_POLE = 0.05  # cosine of latitude below which circles are no longer widened
_RINGS = ((0.0, 1), (0.5, 6), (1.0, 12))  # share of the radius, places on the ring


_SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Afghanistan": ("Afganistan",),
        "Bhutan": ("Bhutan, India",),
        "Bosnia-Herzegovina": ("Bosnia",),
        "Burkina Faso": ("Burkina Faso (Upper Volta)",),
        "Côte D’Ivoire": ("C\ufffdte d\ufffdIvoire (Ivory  Coast)",),
        "Democratic Republic of Congo": (
            "Congo (Kinshasa)",
            "Congo (Zaire)",
            "Dem. Rep. of Congo",
            "Democratic Republic of the Congo",
        ),
        "Congo": ("Congo Brazzaville", "Congo People's Republic"),
        "Estonia": ("Estonia?",),
        "Greenland": ("Kalaallit Nunaat (Greenland)", "Denmark"),
        "Guatemala": ("Guatamala",),
        "Kazakhstan": ("Kazakstan",),
        "Kyrgyzstan": ("Kirghistan", "Kyrghyzstan"),
        "Korea": ("Korean Peninsula", "North Korea", "South Korea"),
        "Laos": ("Lao People's Democratic Republic",),
        "Luxembourg": ("Luxenbourg",),
        "Myanmar": ("Burma", "Myanmar (Burma)"),
        "Russia": ("Russia (Buryatia Republic)", "Russia?", "Russian Federation"),
        "Saudi Arabia": ("Saudi", "Saudia Arabia"),
        "Serbia": ("Kosovo (Serbia)", "Yugoslavia"),
        "Slovakia": ("Slovakia?",),
        "Tajikistan": ("Tadzikistan",),
        "United Kingdom": (
            "England",
            "Great Britain",
            "Scotland",
            "United Kingdom of Great Britain and Northern Ireland",
            "Wales",
        ),
        "United States": ("U.S.A.", "United States of America", "Puerto Rico"),
    }
)

ONE_NAME: Mapping[str, str] = MappingProxyType(
    {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings}
)
"""Spelling → name, for the spellings that the tables at hand hold."""


@dataclass(frozen=True, kw_only=True)
class TrainingSet:
    """Places with all arguments read.

    Attributes
    ----------
    places : DataFrame
        ``name``, ``lon``, ``lat`` (degrees), ``uncertainty_km``, ``country`` (as the
        source writes it, a few spellings joined), ``table`` and ``said`` (the source's
        own word for the type); the texts are empty on the lattice.
    group : array of int64, shape (places,)
        :data:`LABEL`, :data:`OTHER_DEPOSIT` or :data:`LAND`.
    encoded : array of float64, shape (places, columns)
        NaN = unknown; mean over the circle of error of each place.
    """

    places: pd.DataFrame
    group: npt.NDArray[np.int64]
    encoded: Float64Array

    @property
    def lon(self) -> DegreeArray:
        """Longitudes, degrees."""
        return np.asarray(self.places["lon"], dtype=np.float64)

    @property
    def lat(self) -> DegreeArray:
        """Latitudes, degrees."""
        return np.asarray(self.places["lat"], dtype=np.float64)

    @property
    def positive(self) -> npt.NDArray[np.bool_]:
        """Which places are labels."""
        return np.asarray(self.group == LABEL)

    def within(self, bounds: Bounds) -> npt.NDArray[np.bool_]:
        """Say which places lie in a box, edges included."""
        return np.asarray(
            (self.lon >= bounds.west)
            & (self.lon <= bounds.east)
            & (self.lat >= bounds.south)
            & (self.lat <= bounds.north)
        )


def prepare_arguments(
    arguments: Sequence[Argument], store: LayerStore
) -> dict[str, Reading]:
    """Open every measurement world-wide, by key.

    Raises
    ------
    MissingLayerError
        Naming the layers that must be ingested first.
    """
    readings = prepare_each((item.measurement for item in arguments), store)
    absent = sorted(
        {
            reading.measurement.layer
            for reading in readings.values()
            if reading.provenance is None
        }
    )
    if absent:
        raise MissingLayerError(
            f"Training needs the layers {', '.join(absent)}, which are not in the "
            "store. Run scripts/ingest.py for them (or --all), then train again."
        )
    return readings


def assemble(
    deposit_type: str,
    arguments: Sequence[Argument],
    readings: Mapping[str, Reading],
    store: LayerStore,
) -> TrainingSet:
    """Read all arguments at the labels of a type and at both backgrounds.

    Parameters
    ----------
    deposit_type : str
        Id of the type.
    arguments, readings
        What is read, and the readings of :func:`prepare_arguments`.
    store : LayerStore
        Holds the layer of occurrences.

    Raises
    ------
    MissingLayerError
        If the occurrences or the bedrock are not in the store.
    """
    occurrences = store.vector(OCCURRENCES).table
    tables = [
        _places(labels(occurrences, deposit_type)),
        _places(background(occurrences, deposit_type)),
        land_places(store),
    ]
    group = np.repeat(
        np.array([LABEL, OTHER_DEPOSIT, LAND]), [len(table) for table in tables]
    )
    places = pd.concat(tables, ignore_index=True)
    return TrainingSet(
        places=places, group=group, encoded=blurred(arguments, readings, places)
    )


def blurred(
    arguments: Sequence[Argument], readings: Mapping[str, Reading], places: pd.DataFrame
) -> Float64Array:
    """Read arguments as the mean over the circle of error of each place.

    Parameters
    ----------
    arguments, readings
        What is read.
    places : DataFrame
        ``lon``, ``lat`` (degrees) and ``uncertainty_km``, the radius.

    Returns
    -------
    array of float64, shape (places, columns)
        Mean of the 19 places of two rings and the middle where they are known; NaN
        where none is.
    """
    columns = sum(len(item.columns) for item in arguments)
    total = np.zeros((len(places), columns))
    count = np.zeros((len(places), columns))
    for east, north in circle_places(places):
        found = encode_all(
            arguments,
            {key: reading.values(east, north) for key, reading in readings.items()},
            {key: reading.classes for key, reading in readings.items()},
        )
        known = ~np.isnan(found)
        total += np.where(known, found, 0.0)
        count += known
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, total / count, np.nan)


def circle_places(places: pd.DataFrame) -> Iterator[tuple[DegreeArray, DegreeArray]]:
    """Yield places over the circle of error of each place: the middle and two rings.

    Parameters
    ----------
    places : DataFrame
        ``lon``, ``lat`` (degrees) and ``uncertainty_km``, the radius.

    Yields
    ------
    lon, lat : arrays of float64, shape (places,)
        Degrees; 19 times, each for about one equal part of the circle.
    """
    radius = places["uncertainty_km"].to_numpy(np.float64) / KM_PER_DEGREE
    lon, lat = (places[name].to_numpy(np.float64) for name in ("lon", "lat"))
    widening = np.maximum(np.cos(np.radians(lat)), _POLE)
    for share, number in _RINGS:
        for angle in 2 * np.pi * np.arange(number) / number:
            north = np.clip(lat + share * radius * np.sin(angle), -90, 90)
            east = lon + share * radius * np.cos(angle) / widening
            yield (east + 180) % 360 - 180, north


def lattice(count: int) -> pd.DataFrame:
    """Lay points evenly over the globe, the same ones every time.

    Returns
    -------
    DataFrame
        ``lon`` and ``lat``, degrees: a Fibonacci lattice, each point for one equal
        share of the Earth's surface (of a sphere).

    >>> lattice(2)["lat"].round(1).tolist()
    [30.0, -30.0]
    """
    number = np.arange(count)
    lat = np.degrees(np.arcsin(1.0 - (2.0 * number + 1.0) / count))
    lon = np.degrees(number * _GOLDEN) % 360.0
    return pd.DataFrame({"lon": np.where(lon >= 180.0, lon - 360.0, lon), "lat": lat})


def land_places(store: LayerStore) -> pd.DataFrame:
    """Lay places evenly over the land whose bedrock is known, without Antarctica.

    Returns
    -------
    DataFrame
        The columns of :class:`TrainingSet`; ``uncertainty_km`` is 0, texts are empty.
    """
    points = lattice(LATTICE)
    bands = store.raster(GROUND).raster.bands
    ground = prepare(
        Measurement(layer=GROUND, measure="value", unit="", column=min(bands)), store
    )
    lon, lat = points["lon"].to_numpy(), points["lat"].to_numpy()
    land = ~np.isnan(ground.values(lon, lat)) & (lat > _SOUTHERNMOST_LAND)
    blank = dict.fromkeys(("name", "country", "table", "said"), "")
    return points[land].assign(uncertainty_km=0.0, **blank)


def _places(table: geopandas.GeoDataFrame) -> pd.DataFrame:
    columns = ["name", "lon", "lat", "uncertainty_km", "table"]
    country = table["country_text"].fillna("").str.strip()
    return pd.DataFrame(table[columns]).assign(
        country=country.replace(dict(ONE_NAME)), said=table["deposit_type_source"]
    )
