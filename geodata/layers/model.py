"""What a layer is: how it can be made, what comes of it, and how readers see it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import geopandas
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geodata.raster import FloatRaster

Part = tuple[str, str]
"""Id of a source, and a file inside its package or among its published files."""

Files = Mapping[Part, Path]
"""Verified files by part; a part that is optional and not here is not a key."""

Members = Mapping[str, bytes]
"""Files by their path inside the package; paths of different packages differ."""

Form = Literal["lines", "outlines", "fills", "points"]
"""How a layer is drawn."""

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_DASH = re.compile(r"(\d+(\.\d+)?( \d+(\.\d+)?)*)?")
_FIELD = re.compile(r"\{(\w+)(?::(?:list|number))?\}")
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
class Style:
    """The look of a layer on the map and in its legend.

    Attributes
    ----------
    colour, dark_colour : str
        ``#rrggbb`` on the light and on the dark map.
    width, opacity : float
        Of lines, pixels and 0 to 1.
    dash : str
        Lengths of dashes and gaps, pixels; empty = unbroken.
    butt : bool
        True when dashes end square.
    fill_opacity : float
        Of areas, 0 to 1.
    small_width : float or None
        Width on a small screen, pixels; None = the same.
    """

    colour: str
    dark_colour: str
    width: float
    opacity: float = 1.0
    dash: str = ""
    butt: bool = False
    fill_opacity: float = 0.0
    small_width: float | None = None

    def __post_init__(self) -> None:
        for colour in (self.colour, self.dark_colour):
            if not _COLOUR.fullmatch(colour):
                raise ValueError(f"a colour is written #rrggbb, not {colour!r}")
        if not _DASH.fullmatch(self.dash):
            raise ValueError(f"a dash is written '7 4', in pixels, not {self.dash!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """How readers see a layer: a switch, a drawing, words, and a collection.

    Attributes
    ----------
    order : int
        Place among the switches, smallest first.
    form : str
        ``lines``, ``outlines`` (of areas), ``fills`` or ``points``.
    label : str
        Beside the switch.
    title, description : str
        As the API names the collection.
    columns : tuple of str
        Those a release carries, as far as the layer has them.
    tooltip : tuple of tuple of str
        One line after another, the heading first.  Of the texts of a line the first
        counts whose columns, ``{name}``, are all known; ``{name:list}`` spaces
        commas, ``{name:number}`` writes a number as the page does.
    style : Style
        Its look.
    tolerance_deg : float
        How far a simplified line may leave the true one, degrees; 0 = the layer is
        carried as it is, neither cut nor simplified.
    shared_edges : bool
        True when areas are neighbours whose common edges stay common.
    collection : str
        Id of the collection; empty = that of the layer.
    id_column : str
        Column that gives each feature its id; empty = they are numbered.
    """

    order: int
    form: Form
    label: str
    title: str
    description: str
    columns: tuple[str, ...]
    tooltip: tuple[tuple[str, ...], ...]
    style: Style
    tolerance_deg: float = 0.005
    shared_edges: bool = False
    collection: str = ""
    id_column: str = ""

    def __post_init__(self) -> None:
        told = {
            name
            for line in self.tooltip
            for text in line
            for name in _FIELD.findall(text)
        }
        if strange := told - set(self.columns):
            raise ValueError(
                f"the tooltip of '{self.label}' names {', '.join(sorted(strange))}, "
                f"which is not among its columns {', '.join(self.columns)}"
            )


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
