"""Geological provinces of the world and the lines between them, Hasterok et al. 2022.

Every province border is a boundary between terranes, or between a terrane and the
basin on it.  Spelling is the source's.
"""

from collections.abc import Iterable
from pathlib import Path

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.layers.boundaries import boundary_table
from geodata.layers.columns import texts
from geodata.layers.plan import Files, Part
from geodata.layers.product import VectorProduct
from geodata.layers.storage.vector_file import CRS
from geodata.readers.vector import read_vector

SOURCE = "hasterok-provinces"
PROVINCES: Part = (SOURCE, "global_gprv.shp")
CRATONS: Part = (SOURCE, "cratons.shp")
PROVINCE_PARTS: tuple[Part, ...] = tuple(
    (SOURCE, f"global_gprv.{ending}") for ending in ("shp", "dbf", "shx", "prj", "cpg")
)
CRATON_PARTS: tuple[Part, ...] = tuple(
    (SOURCE, f"cratons.{ending}") for ending in ("shp", "dbf", "shx", "prj")
)
UNNAMED = "unnamed province"

OLD_TYPES = ("shield", "craton")
"""Types of the source that are old blocks."""

EDGE_OF_OLD = "edge of an old block"
BETWEEN_OLD = "between old blocks"
BETWEEN_YOUNGER = "between younger blocks"

_COLUMNS = {
    "name": "prov_name",
    "type": "prov_type",
    "group": "prov_group",
    "orogen": "lastorogen",
    "crust": "crust_type",
}


def build_provinces(files: Files) -> VectorProduct:
    """Return the geological provinces of the world.

    Returns
    -------
    VectorProduct
        Columns ``name``, ``type`` (craton, volcanic arc …), ``group``, ``orogen``
        (the last one), ``crust`` (continental, oceanic, transitional), null where
        the source is silent, and ``province_id``, the source's number.  Coverage
        is the union of all provinces: the world but for small gaps.
    """
    table = _provinces(files[PROVINCES])
    return VectorProduct(table=table, coverage=_union(table))


def build_province_boundaries(files: Files) -> VectorProduct:
    """Return the lines where two provinces of different name meet, world-wide.

    Returns
    -------
    VectorProduct
        Columns ``left``, ``right`` (province on that side when walking along the
        line), ``name`` ("Left | Right"), ``left_type``, ``right_type``,
        ``orogen``, the last orogen where both sides agree on it, else null, and
        ``setting``, see :func:`settings`.
        Coverage as the provinces'.  The 180th meridian is no boundary.
    """
    provinces = _provinces(files[PROVINCES])
    table, sides = boundary_table(
        list(provinces.geometry), list(provinces["name"].fillna(UNNAMED))
    )
    left, right = np.array(sides, dtype=np.int64).reshape(-1, 2).T
    table.insert(3, "left_type", _at(provinces["type"], left))
    table.insert(4, "right_type", _at(provinces["type"], right))
    orogens = provinces["orogen"].to_numpy()
    table.insert(
        5,
        "orogen",
        [
            one if one == other else None
            for one, other in zip(orogens[left], orogens[right], strict=True)
        ],
    )
    table.insert(6, "setting", settings(table["left_type"], table["right_type"]))
    return VectorProduct(table=table, coverage=_union(provinces))


def settings(
    left: Iterable[str | None], right: Iterable[str | None]
) -> list[str | None]:
    """Tell what kind of blocks boundaries lie between.

    Parameters
    ----------
    left, right : iterable of str or None
        Types of the provinces on either side, line by line.

    Returns
    -------
    list of str or None
        "edge of an old block" where one side is a shield or craton and the other
        is not, "between old blocks" where both are, "between younger blocks" where
        neither is.  None where the type of a side is unknown: it may be an old
        block or not.

    >>> settings(["craton", "shield", None], ["wide rift", "craton", "craton"])
    ['edge of an old block', 'between old blocks', None]
    """
    kinds = (BETWEEN_YOUNGER, EDGE_OF_OLD, BETWEEN_OLD)  # by how many sides are old
    return [
        None
        if pd.isna(one) or pd.isna(other)
        else kinds[(one in OLD_TYPES) + (other in OLD_TYPES)]
        for one, other in zip(left, right, strict=True)
    ]


def build_cratons(files: Files) -> VectorProduct:
    """Return the cratons of the world.

    Returns
    -------
    VectorProduct
        Columns ``name``, ``type`` and ``orogen`` as for the provinces.
    """
    source = read_vector(
        files[CRATONS],
        driver="shapefile",
        columns=("prov_name", "prov_type", "lastorogen"),
    )
    return VectorProduct(table=_uniform(source, ("name", "type", "orogen")))


def _provinces(path: Path) -> geopandas.GeoDataFrame:
    source = read_vector(path, driver="shapefile", columns=("id", *_COLUMNS.values()))
    table = _uniform(source, tuple(_COLUMNS))
    table.insert(5, "province_id", source["id"].astype(int).to_numpy())
    return table


def _uniform(
    source: geopandas.GeoDataFrame, names: tuple[str, ...]
) -> geopandas.GeoDataFrame:
    frame = pd.DataFrame({name: texts(source[_COLUMNS[name]]) for name in names})
    shapes = shapely.force_2d(source.geometry.to_numpy())
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    return geopandas.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def _union(table: geopandas.GeoDataFrame) -> shapely.Geometry:
    return shapely.union_all(table.geometry.to_numpy())


def _at(column: pd.Series, rows: npt.NDArray[np.int64]) -> list[str | None]:
    return list(column.to_numpy()[rows])
