"""Lines between terranes, or between geological provinces where those are here."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.layers.boundaries import boundary_table
from geodata.layers.clip import window_polygon
from geodata.layers.model import (
    FileRecipe,
    Files,
    Layer,
    Members,
    PackageRecipe,
    VectorProduct,
)
from geodata.layers.provinces import (
    PROVINCE_PARTS,
    PROVINCES,
    SCALE,
    read_provinces,
    union,
)
from geodata.layers.terranes import TERRANE_PARTS, build_terranes, dissolved

UNNAMED = "unnamed province"


OLD_TYPES = ("shield", "craton")
"""Types of the source that are old blocks."""


EDGE_OF_OLD = "edge of an old block"


BETWEEN_OLD = "between old blocks"


BETWEEN_YOUNGER = "between younger blocks"


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
    provinces = read_provinces(files[PROVINCES])
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
    return VectorProduct(table=table, coverage=union(provinces))


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


def _at(column: pd.Series, rows: npt.NDArray[np.int64]) -> list[str | None]:
    return list(column.to_numpy()[rows])


def build_terrane_boundaries(members: Members) -> VectorProduct:
    """Return the lines where two terranes of different name meet.

    Returns
    -------
    VectorProduct
        Columns ``left``, ``right`` (terrane on that side when walking along the
        line), ``name`` ("Left | Right"), and ``setting``, null throughout: the
        source does not tell old blocks from younger ones.  The edge of the window
        and the outer edge of the terranes are no boundaries.  Coverage as the
        terranes'.
    """
    by_name = dissolved(members).dissolve(by="name", sort=True)
    table, _ = boundary_table(
        list(by_name.geometry),
        [str(name) for name in by_name.index],
        clip=window_polygon(),
    )
    table.insert(3, "setting", np.full(len(table), None, dtype=object))
    return VectorProduct(table=table, coverage=build_terranes(members).coverage)


LAYER = Layer(
    id="terrane-boundaries",
    title="Terrane boundaries",
    kind="lines",
    says="boundaries between crustal blocks",
    alternatives=(
        FileRecipe(
            parts=PROVINCE_PARTS,
            build=build_province_boundaries,
            resolution=SCALE,
            resolution_km=10.0,
            uncertainty=(
                "Lines good to about 10 km; where the provinces differ in name, so "
                "also where a basin laps onto a terrane."
            ),
        ),
        PackageRecipe(
            parts=TERRANE_PARTS,
            build=build_terrane_boundaries,
            resolution="about 1:10–20 million",
            resolution_km=20.0,
            uncertainty="Lines good to about 20 km; where the terranes differ in name.",
            edition=2,  # with the column "setting"
        ),
    ),
)
