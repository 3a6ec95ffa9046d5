"""Classes of half a degree: dominant rock (GLiM) and loose sediment (GUM)."""

import numpy as np

from geodata.errors import LayerFormatError
from geodata.layers.grid_image import around_greenwich, image_of
from geodata.layers.model import FileRecipe, Files, Layer, RasterProduct
from geodata.raster import DoubleRaster
from geodata.readers.archive import (
    archive_members,
    find_member,
    read_archive_member,
)
from geodata.readers.netcdf import read_netcdf
from geodata.readers.text_grids import read_ascii_grid

GLIM_COPY = ("glim-halfdegree", "GLiM_720_360_raw.nc")
GLIM_ZIP = ("glim-halfdegree", "hartmann-moosdorf_2012.zip")

ROCKS = {
    1: ("su", "unconsolidated sediment"),
    2: ("vb", "basic volcanic rock"),
    3: ("ss", "siliciclastic sedimentary rock"),
    4: ("pb", "basic plutonic rock"),
    5: ("sm", "mixed sedimentary rock"),
    6: ("sc", "carbonate sedimentary rock"),
    7: ("va", "acid volcanic rock"),
    8: ("mt", "metamorphic rock"),
    9: ("pa", "acid plutonic rock"),
    10: ("vi", "intermediate volcanic rock"),
    11: ("wb", "water"),
    12: ("py", "pyroclastic rock"),
    13: ("pi", "intermediate plutonic rock"),
    14: ("ev", "evaporite"),
    15: ("nd", "no data"),
    16: ("ig", "ice"),
}
"""Code, short name and name of each class of GLiM."""

NO_DATA = 15
"""The class of GLiM that means "unknown"; it becomes NaN."""


def read_rock_classes(files: Files) -> tuple[DoubleRaster, dict[str, int]]:
    """Read the grid of GLiM, and say which code each class has.

    Returns
    -------
    DoubleRaster, dict of str to int
        Codes as in :data:`ROCKS`, NaN at sea; short name of a class → code.

    Raises
    ------
    LayerFormatError
        If a code is not one of GLiM's, or its own table of names disagrees.
    """
    if GLIM_COPY in files:
        grid = read_netcdf(files[GLIM_COPY], variable="Band1")
    else:
        path = files[GLIM_ZIP]
        grid = read_ascii_grid(path, member=".asc")
        name = find_member(path, archive_members(path), ending="Classnames.txt")
        named = read_class_names(read_archive_member(path, name))
        ours = {code: short for code, (short, _) in ROCKS.items()}
        if any(ours.get(code) != short for code, short in named.items()):
            raise LayerFormatError(
                f"{path.name} names the classes {named}; expected {ours}. Check the "
                "version of GLiM."
            )
    require_codes(grid, set(ROCKS), "GLiM")
    return grid, {short: code for code, (short, _) in ROCKS.items()}


def build_lithology(files: Files) -> RasterProduct:
    """Return the dominant rock class of each cell, one band ``class``.

    Returns
    -------
    RasterProduct
        Codes as in :data:`ROCKS`, which stand in ``extra["classes"]``; NaN at sea
        and where GLiM says "no data".  Water and ice are classes.

    Raises
    ------
    LayerFormatError
        If a code is not one of GLiM's, or its own table of names disagrees.
    """
    grid, _ = read_rock_classes(files)
    known = np.where(grid.values == NO_DATA, np.nan, grid.values)
    return RasterProduct(
        image=image_of({"class": grid.with_values(known)}, decimals=0),
        dtype="int16",
        extra={
            "classes": {
                str(code): f"{name} ({short})"
                for code, (short, name) in ROCKS.items()
                if code != NO_DATA
            }
        },
    )


def read_class_names(content: bytes) -> dict[int, str]:
    r"""Return the short name of each code from a table with semicolons or commas.

    Parameters
    ----------
    content : bytes
        A heading, then rows whose second column is the code and whose last is the
        name, perhaps in quotation marks.

    Raises
    ------
    LayerFormatError
        If a row has no whole number there, or a code comes twice.

    >>> read_class_names(b'"ID";"VALUE";"COUNT";"NAME"\n1;7;20;"va"\n')
    {7: 'va'}
    """
    names: dict[int, str] = {}
    rows = content.decode("utf-8-sig", "replace").splitlines()[1:]
    for row in filter(str.strip, rows):
        cells = [cell.strip(' "') for cell in row.replace(",", ";").split(";")]
        if len(cells) < 3 or not cells[1].isdecimal() or int(cells[1]) in names:
            raise LayerFormatError(
                f"The table of classes has the row '{row[:60]}'; expected columns with "
                "the code, once, in the second and the name in the last. Check it."
            )
        names[int(cells[1])] = cells[-1]
    return names


def require_codes(grid: DoubleRaster, codes: set[int], name: str) -> None:
    """Raise LayerFormatError where a class is not a whole number or has no name."""
    found = np.unique(grid.values[~np.isnan(grid.values)])
    strange = [value for value in found.tolist() if value not in codes]
    if strange or not len(found):
        raise LayerFormatError(
            f"The classes of {name} hold {strange[:5] or 'no value at all'}; expected "
            f"some of {sorted(codes)}. Check the file and its version."
        )


FRACTIONS = ("geoclim", "lithology_fraction_6class_CESM_0.9x1.25.nc")

CLASSES = {
    "metamorphic": "metamorphic rock; cells without data are counted here",
    "felsic": "granite and other acid plutonic rock, acid volcanic rock and tuff",
    "intermediate": "intermediate volcanic and plutonic rock",
    "mafic": "basic volcanic and plutonic rock",
    "siliciclastic": "unconsolidated, siliciclastic and mixed sediment",
    "carbonate": "carbonate rock and evaporite",
}
"""Bands in the order of the file, and what each holds; after the authors' script."""

_SLACK = 1e-3


def build_lithology_fractions(files: Files) -> RasterProduct:
    """Return the share of each class, 0 to 1; NaN at sea and under ice.

    Raises
    ------
    LayerFormatError
        If a share is not between 0 and 1, or the six do not make 1.
    """
    path = files[FRACTIONS]
    bands = {
        name: around_greenwich(read_netcdf(path, variable="lithfrac", band=number))
        for number, name in enumerate(CLASSES, start=1)
    }
    stack = np.stack([grid.values for grid in bands.values()])
    total = stack.sum(axis=0)
    known = ~np.isnan(total)
    shares = stack[:, known]
    if np.any((shares < -_SLACK) | (shares > 1.0 + _SLACK)) or np.any(
        np.abs(total[known] - 1.0) > _SLACK
    ):
        raise LayerFormatError(
            f"The shares of {path.name} lie between {shares.min():g} and "
            f"{shares.max():g} and add to {total[known].min():g}–"
            f"{total[known].max():g}; expected 0 to 1, and 1. Check the file."
        )
    return RasterProduct(
        image=image_of(bands, decimals=4),
        extra={"bands": CLASSES},
    )


_DOMINANT_ROCK = (
    "Dominant rock of half a degree: small intrusions vanish. None of thirteen known "
    "sites of the region lies in a cell of acid plutonic rock; use the shares instead."
)

LAYERS = (
    Layer(
        id="lithology",
        title="Dominant rock class (GLiM)",
        kind="raster",
        says="main kind of rock, in coarse cells",
        alternatives=tuple(
            FileRecipe(
                parts=(part,),
                build=build_lithology,
                resolution="cells of 0.5 degrees",
                resolution_km=55.7,
                uncertainty=_DOMINANT_ROCK,
            )
            for part in (GLIM_COPY, GLIM_ZIP)
        ),
    ),
    Layer(
        id="lithology-fractions",
        title="Shares of six rock classes (GLiM)",
        kind="raster",
        says="shares of kinds of rock, in coarse cells",
        alternatives=(
            FileRecipe(
                parts=(FRACTIONS,),
                build=build_lithology_fractions,
                resolution="cells of 0.94 degrees of latitude by 1.25 of longitude",
                resolution_km=104.0,
                uncertainty=(
                    "Felsic holds granite together with acid volcanic rock and tuff, "
                    "and metamorphic the ground without data; which class went where "
                    "is inferred from the authors' script. Rock under loose cover is "
                    "not seen."
                ),
            ),
        ),
    ),
)
