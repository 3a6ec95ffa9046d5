"""What a measurement names inside its layer: a band, some rows, the classes."""

import geopandas as gpd
import shapely

from geodata.errors import LayerFormatError
from geodata.evidence.measurement import Measurement
from geodata.layers.store import RasterLayer, VectorLayer
from geodata.provenance import Provenance
from geodata.raster import FloatRaster
from geodata.region import Bounds


def band_of(measurement: Measurement, layer: RasterLayer) -> FloatRaster:
    """Return the band that a measurement names.

    Raises
    ------
    LayerFormatError
        If the layer has no such band.
    """
    if measurement.column not in layer.raster.bands:
        raise LayerFormatError(
            f"Layer '{layer.id}' was expected to have a band "
            f"'{measurement.column}'; it has {sorted(layer.raster.bands)}. Rebuild the "
            "layer, or correct the column in the deposit-type file."
        )
    return layer.raster.band(measurement.column)


def rows_of(
    measurement: Measurement, layer: VectorLayer, window: Bounds | None
) -> gpd.GeoDataFrame:
    """Return the rows that have a geometry and, given a window, meet it.

    Raises
    ------
    LayerFormatError
        If the table has no such column as the measurement names.
    """
    table = layer.table
    if measurement.column and measurement.column not in table.columns:
        raise LayerFormatError(
            f"Layer '{layer.id}' was expected to have a column "
            f"'{measurement.column}'; it has {sorted(table.columns)}. If the "
            "layer was made by an older version, run scripts/ingest.py --layer "
            f"{layer.id} (or scripts/setup); else correct the column in your "
            "deposit-type file."
        )
    shapes = table.geometry.to_numpy()
    kept = ~(shapely.is_empty(shapes) | shapely.is_missing(shapes))
    if window is not None:
        box = shapely.box(window.west, window.south, window.east, window.north)
        kept &= shapely.intersects(box, shapely.envelope(shapes))
    return table[kept].reset_index(drop=True)


def class_names(provenance: Provenance) -> tuple[str, ...]:
    """Return the names by code; a code without a name is told as its number."""
    names: dict[str, str] = provenance.extra.get("classes", {})
    highest = max((int(code) for code in names), default=-1)
    return tuple(names.get(str(code), str(code)) for code in range(highest + 1))


def cannot(measurement: Measurement, kind: str) -> LayerFormatError:
    """Return the error of a measure that this kind of layer does not allow."""
    return LayerFormatError(
        f"A {kind} layer cannot be read by '{measurement.measure}' (asked of "
        f"'{measurement.layer}'). Rasters: value, class, gradient, relief; of classes "
        "share. Vectors: distance, class; of polygons edge and share, of lines "
        "crossings. Correct the measure in the deposit-type file."
    )
