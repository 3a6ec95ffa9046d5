"""Plain measurements as maps: what land is alike in, and what every map has to beat.

Each has one direction, fixed by geology before any was asked: that of hard rock at the
surface.  Asked the other way round, a measurement ranks sites at 1 minus what is told.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from geodata.evidence.measurement import Measurement
from geodata.evidence.recipes import Reading, prepare
from geodata.layers.clip import MARGIN
from geodata.layers.store import LayerStore
from geodata.raster import Cells, FloatArray
from geodata.scoring.validation.report import MapId


def _share(column: str) -> Measurement:
    return Measurement(
        layer="lithology-fractions", measure="value", unit="share", column=column
    )


ELEVATION = Measurement(layer="relief", measure="value", unit="m", column="elevation_m")
SEDIMENT_SHARE = _share("siliciclastic")
SEDIMENT_THICKNESS = Measurement(
    layer="crust", measure="value", unit="km", column="sediment_km"
)

PLAIN: Mapping[MapId, tuple[Measurement, int]] = MappingProxyType(
    {
        "elevation": (ELEVATION, 1),
        "sediment-share": (SEDIMENT_SHARE, -1),
        "sediment-thickness": (SEDIMENT_THICKNESS, -1),
        "felsic-bedrock": (_share("felsic"), 1),
        "mafic-bedrock": (_share("mafic"), 1),
        "terrane-boundary": (
            Measurement(layer="terrane-boundaries", measure="distance", unit="km"),
            -1,
        ),
    }
)
"""Measurement, and 1 where more of it is the better.

High ground and little sediment: hard rock is at the surface, and was seen.  Felsic
rock: rare earths gather in evolved melts.  Mafic rock: rifts and plumes that bring
alkaline melts leave mafic rock too.  Near a terrane boundary: melts rise along it.
The thickness of sediment stands where the share of sediment in the bedrock lacks.
"""


def measure_plain(
    store: LayerStore,
    cells: Cells,
    chosen: npt.NDArray[np.int64],
    *,
    readings: Mapping[str, Reading],
    measured: Mapping[str, FloatArray],
) -> dict[MapId, FloatArray]:
    """Measure some cells by what is to be beaten.

    Parameters
    ----------
    store : LayerStore
        The layers.
    cells : Cells
        The land cells.
    chosen : array of int64, shape (chosen,)
        Positions of the cells that are asked.
    readings, measured : mapping by measurement key
        What is measured already, of all cells.

    Returns
    -------
    dict of MapId to array of float32, shape (chosen,)
        High is good; NaN = unknown.  Those whose layer is here.
    """
    found: dict[MapId, FloatArray] = {}
    lon, lat = cells.lonlat()
    for name, (item, sign) in PLAIN.items():
        if name == "sediment-thickness" and "sediment-share" in found:
            continue
        known = readings.get(item.key)
        if known is not None and known.provenance is not None:
            found[name] = sign * measured[item.key][chosen]
        elif item.layer in store.ids():
            reading = prepare(item, store, window=MARGIN)
            found[name] = sign * reading.values(lon[chosen], lat[chosen])
    return found
