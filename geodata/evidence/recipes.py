"""Measurements: what is read from a layer at a place, in the geologist's unit.

A :class:`Measurement` names a layer and how to read it; :func:`prepare` opens
the layer and returns a :class:`Reading`, a pure function of place.  If the layer
is not in the store the reading is unknown everywhere: the evidence that needs it
switches itself on when the layer arrives.
"""

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import MissingLayerError
from geodata.evidence.crossings import crossings
from geodata.evidence.measurement import DISTANCES, MOSTLY, SHARE, Measurement
from geodata.evidence.opened import band_of, cannot, class_names, rows_of
from geodata.evidence.proximity import Proximity, covers
from geodata.evidence.shares import ClassMaps
from geodata.layers.store import LayerStore, RasterLayer, VectorLayer
from geodata.provenance import Provenance
from geodata.raster import DegreeArray, FloatArray
from geodata.region import Bounds

Values = Callable[[DegreeArray, DegreeArray], FloatArray]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A measurement made ready: a pure function of place.

    Attributes
    ----------
    measurement : Measurement
        What it reads.
    values : function (lon, lat) -> array of float32
        NaN = unknown.  For classes the position in ``classes``.
    name_at : function (lon, lat) -> str
        Name of what was measured to at one place, for example a boundary; may be
        empty.
    classes : tuple of str
        Names of the classes; empty for quantities.
    provenance : Provenance or None
        None when the layer is not in the store.
    """

    measurement: Measurement
    values: Values
    name_at: Callable[[float, float], str]
    classes: tuple[str, ...]
    provenance: Provenance | None

    @property
    def resolution_km(self) -> float:
        """Stated resolution of the layer, kilometres; NaN when it is not here."""
        return np.nan if self.provenance is None else self.provenance.resolution_km


def prepare(
    measurement: Measurement, store: LayerStore, *, window: Bounds | None = None
) -> Reading:
    """Open the layer of a measurement and return its reading.

    Parameters
    ----------
    measurement : Measurement
        What is read.
    store : LayerStore
        Where its layer may be.
    window : Bounds, optional
        Rows of a world-wide table that do not meet it take no part: for places
        well inside, nothing near is lost.  A distance longer than the way to the
        edge of the window may then be too long.

    Raises
    ------
    LayerFormatError
        If the layer lacks the band or column, or is of the wrong kind.
    TamperedLayerError
        If the layer's bytes are not those it was written with.
    """
    return prepare_each((measurement,), store, window=window)[measurement.key]


def prepare_each(
    measurements: Iterable[Measurement],
    store: LayerStore,
    *,
    window: Bounds | None = None,
) -> dict[str, Reading]:
    """Open several measurements; what they have in common is made once.

    Parameters and errors as for :func:`prepare`.

    Returns
    -------
    dict of str to Reading
        By the key of the measurement, in their order.
    """
    maps = ClassMaps(store, window)
    return {item.key: _prepared(item, store, maps) for item in measurements}


def _prepared(measurement: Measurement, store: LayerStore, maps: ClassMaps) -> Reading:
    try:
        provenance = store.provenance(measurement.layer)
    except MissingLayerError:
        return Reading(
            measurement=measurement,
            values=_unknown,
            name_at=_no_name,
            classes=(),
            provenance=None,
        )
    if measurement.measure == SHARE:
        reading = Reading(
            measurement=measurement,
            values=maps.share(measurement).bilinear,
            name_at=_no_name,
            classes=(),
            provenance=provenance,
        )
    elif provenance.kind == "raster":
        reading = _of_raster(measurement, store.raster(measurement.layer))
    else:
        layer = store.vector(measurement.layer)
        reading = _of_vector(measurement, layer, maps.window)
    setting = measurement.setting
    return reading if setting is None else _within(reading, setting, store, maps)


def _within(
    reading: Reading, setting: Measurement, store: LayerStore, maps: ClassMaps
) -> Reading:
    """Make a reading unknown where its setting is not most of the surroundings."""
    around = _prepared(setting, store, maps)

    def values(lon: DegreeArray, lat: DegreeArray) -> FloatArray:
        inside = around.values(lon, lat) >= MOSTLY
        found = np.full(inside.shape, np.nan, dtype=np.float32)
        found[inside] = reading.values(lon[inside], lat[inside])
        return found

    return dataclasses.replace(reading, values=values)


def _of_raster(measurement: Measurement, layer: RasterLayer) -> Reading:
    field = band_of(measurement, layer)
    classes: tuple[str, ...] = ()
    values: Values
    match measurement.measure:
        case "value":
            values = field.bilinear
        case "class":
            values = field.nearest
            classes = class_names(layer.provenance)
        case "gradient":
            if measurement.smooth_km:
                field = field.smoothed(width_km=measurement.smooth_km)
            values = field.gradient().bilinear
        case "relief":
            if measurement.smooth_km:
                field = field.smoothed(width_km=measurement.smooth_km)
            values = field.relief(window_km=measurement.window_km).bilinear
        case _:
            raise cannot(measurement, "raster")
    return Reading(
        measurement=measurement,
        values=values,
        name_at=_no_name,
        classes=classes,
        provenance=layer.provenance,
    )


def _of_vector(
    measurement: Measurement, layer: VectorLayer, window: Bounds | None
) -> Reading:
    table = rows_of(measurement, layer, window)
    if measurement.only:
        chosen = table[measurement.column].isin(measurement.only)
        table = table[chosen].reset_index(drop=True)
    if measurement.measure in DISTANCES:
        return _of_distance(measurement, layer, table)
    if measurement.measure == "class":
        table = table[table[measurement.column].notna()]  # no class told: unknown
        classes = tuple(sorted(set(table[measurement.column].astype(str))))
        codes = table[measurement.column].astype(str).map(classes.index).to_numpy()
        shapely.prepare(table.geometry.to_numpy())  # before threads ask at once

        def values(lon: DegreeArray, lat: DegreeArray) -> FloatArray:
            return _code_at(table, codes, lon, lat)

        return Reading(
            measurement=measurement,
            values=values,
            name_at=_no_name,
            classes=classes,
            provenance=layer.provenance,
        )
    raise cannot(measurement, "vector")


def _of_distance(
    measurement: Measurement, layer: VectorLayer, table: gpd.GeoDataFrame
) -> Reading:
    """Measure to the geometries, to their outline or to where they cross."""
    dimensions = set(shapely.get_dimensions(table.geometry.to_numpy()).tolist())
    match measurement.measure:
        case "edge" if dimensions <= {2}:
            table = _outline(table)
        case "crossings" if dimensions <= {1}:
            table = crossings(table)
        case "edge" | "crossings":
            raise cannot(measurement, "vector")
    proximity = Proximity(table, layer.coverage)
    farthest = measurement.window_km or np.inf

    def values(lon: DegreeArray, lat: DegreeArray) -> FloatArray:
        return proximity.distance_km(lon, lat, farthest_km=farthest)

    return Reading(
        measurement=measurement,
        values=values,
        name_at=proximity.nearest_name,
        classes=(),
        provenance=layer.provenance,
    )


def _outline(polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the outline of all polygons together: borders they share are no edge."""
    if polygons.empty:
        return polygons
    edge = shapely.boundary(shapely.union_all(polygons.geometry.to_numpy()))
    return gpd.GeoDataFrame(geometry=[edge], crs=polygons.crs)


def _code_at(
    table: gpd.GeoDataFrame,
    codes: npt.NDArray[np.int64],
    lon: DegreeArray,
    lat: DegreeArray,
) -> FloatArray:
    """Class code of the polygon that holds each place; NaN in none."""
    found = np.full(lon.shape, np.nan, dtype=np.float32)
    if not lon.size:
        return found
    shapes = table.geometry.to_numpy()
    bounds = shapely.bounds(shapes)
    first = (lon.min(), lat.min())
    last = (lon.max(), lat.max())
    meets = (bounds[:, :2] <= last).all(axis=1) & (bounds[:, 2:] >= first).all(axis=1)
    for row in np.flatnonzero(meets):
        polygon, code = shapes[row], codes[row]
        west, south, east, north = bounds[row]
        near = np.flatnonzero(
            (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        )
        if len(near):
            found[near[covers(polygon, lon[near], lat[near])]] = code
    return found


def _unknown(lon: DegreeArray, lat: DegreeArray) -> FloatArray:
    return np.full(np.broadcast_shapes(lon.shape, lat.shape), np.nan, np.float32)


def _no_name(lon: float, lat: float) -> str:
    del lon, lat
    return ""
