"""What a layer is: how it can be made, what comes of it, and how readers see it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geodata.display import Display
from geodata.raster import FloatRaster

Part = tuple[str, str]
"""Id of a source, and a file inside its package or among its published files."""

Files = Mapping[Part, Path]
"""Verified files by part; a part that is optional and not here is not a key."""

Members = Mapping[str, bytes]
"""Files by their path inside the package; paths of different packages differ."""

_PLAIN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorProduct:
    """A finished table.

    Attributes
    ----------
    table : GeoDataFrame
        CRS EPSG:4326.
    coverage : shapely geometry or None
        Where the layer says something; None = everywhere.
    extra : dict
        Facts for the record.
    """

    table: geopandas.GeoDataFrame
    coverage: BaseGeometry | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterProduct:
    """A finished raster.

    Attributes
    ----------
    image : Raster
        Bands; NaN = unknown.
    dtype : str
        ``float32`` or ``int16``: the type in the file.
    coverage : shapely geometry or None
        Where the layer says something; None = wherever a band is not NaN.
    extra : dict
        Facts for the record.
    """

    image: FloatRaster
    dtype: str = "float32"
    coverage: BaseGeometry | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProduct:
    """A finished table without places.

    Attributes
    ----------
    table : DataFrame
        Columns of text, numbers and booleans; NaN or None = unknown.
    extra : dict
        Facts for the record.
    """

    table: pd.DataFrame
    extra: dict[str, Any] = field(default_factory=dict)


Product = VectorProduct | RasterProduct | TableProduct
"""What a layer can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quality:
    parts: tuple[Part, ...] = ()
    resolution: str
    resolution_km: float
    uncertainty: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecipe(_Quality):
    """How a layer is made from files that publishers offer.

    Attributes
    ----------
    parts : tuple of (source id, file name)
        Files without which the layer cannot be made.
    optional : tuple of (source id, file name)
        Files that are used when they are here; with no ``parts`` at least one.
    build : callable
        From those files to the finished layer; pure but for reading them.
    resolution, resolution_km, uncertainty : str, float, str
        How good the layer then is, as its record says.
    title : str
        Of the layer when it is made this way; empty = its usual title.
    """

    optional: tuple[Part, ...] = ()
    build: Callable[[Files], Product]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRecipe(_Quality):
    """How a layer is made from pinned registry packages.

    Attributes
    ----------
    parts : tuple of (source id, path in package)
        Every file the builder reads.
    build : callable
        From those files to the finished layer; pure.
    resolution, resolution_km, uncertainty, title
        As in :class:`FileRecipe`.
    needs_extra : bool
        True when the build extra ``bundle`` must be installed.
    edition : int
        Raised when the builder returns something else from the same files, for
        example a new column: setup then makes the layer anew on every machine.
    """

    build: Callable[[Members], VectorProduct | RasterProduct]
    needs_extra: bool = False
    edition: int = 1


Recipe = FileRecipe | PackageRecipe
"""One way to make a layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer of the atlas, whether it is here or not.

    Attributes
    ----------
    id : str
        Small letters, digits and hyphens.
    title : str
        As in the records.
    kind : str
        ``lines``, ``polygons``, ``points``, ``raster`` or ``table``.
    says : str
        What it says of a place, in a few words for readers.
    alternatives : tuple of Recipe
        Ways to make it, the best first; the first whose files are here is taken.
        Empty for a layer no public source is known for.
    display : Display or None
        How readers see it; None = it is not drawn.
    """

    id: str
    title: str
    kind: str
    says: str
    alternatives: tuple[Recipe, ...] = ()
    display: Display | None = None

    def __post_init__(self) -> None:
        if not _PLAIN_ID.fullmatch(self.id):
            raise ValueError(
                f"a layer's id is small letters, digits and hyphens, not {self.id!r}"
            )
        if self.display and self.kind not in ("lines", "polygons", "points"):
            raise ValueError(
                f"'{self.id}' is a {self.kind}; only lines, polygons and points are "
                "drawn on the map"
            )
