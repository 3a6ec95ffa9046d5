"""Classes of half a degree: dominant rock (GLiM) and loose sediment (GUM)."""

from dataclasses import replace

import numpy as np

from geodata.errors import LayerFormatError
from geodata.layers.grid_image import image_of
from geodata.layers.plan import Files
from geodata.layers.product import RasterProduct
from geodata.readers.archive import (
    archive_members,
    find_member,
    read_archive_member,
)
from geodata.readers.ascii_grid import read_ascii_grid
from geodata.readers.degree_grid import DegreeGrid
from geodata.readers.netcdf import read_netcdf
from geodata.readers.packed import read_packed

GLIM_COPY = ("glim-halfdegree", "GLiM_720_360_raw.nc")
GLIM_ZIP = ("glim-halfdegree", "hartmann-moosdorf_2012.zip")
GUM_GRID = ("gum-sediments", "gum_v1.0_0point5deg.txt.asc")
GUM_NAMES = ("gum-sediments", "classnames.txt")
GUM_ZIP = ("gum-sediments", "Boerker_et_al_GUM_v1.0.zip")

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
    _require_codes(grid, set(ROCKS), "GLiM")
    known = np.where(grid.values == NO_DATA, np.nan, grid.values)
    return RasterProduct(
        image=image_of({"class": replace(grid, values=known)}, decimals=0),
        dtype="int16",
        extra={
            "classes": {
                str(code): f"{name} ({short})"
                for code, (short, name) in ROCKS.items()
                if code != NO_DATA
            }
        },
    )


def build_sediment_classes(files: Files) -> RasterProduct:
    """Return the class of loose sediment, one band ``class``.

    Returns
    -------
    RasterProduct
        Codes of GUM, named in ``extra["classes"]`` by the two letters of its own
        table; NaN where there is none, which is not the same as bare rock.
    """
    if GUM_GRID in files:
        grid = read_ascii_grid(files[GUM_GRID])
        text = read_packed(files[GUM_NAMES]) if GUM_NAMES in files else b""
    else:
        path = files[GUM_ZIP]
        grid = read_ascii_grid(path, member="gum_v1.0_0point5deg.txt.asc")
        tables = [
            name
            for name in archive_members(path)
            if name.lower().endswith("classnames.txt")
        ]
        text = read_archive_member(path, tables[0]) if tables else b""
    classes = read_class_names(text) if text else {}
    found = {int(code) for code in np.unique(grid.values[~np.isnan(grid.values)])}
    _require_codes(grid, set(classes) or found, "GUM")
    return RasterProduct(
        image=image_of({"class": grid}, decimals=0),
        dtype="int16",
        extra={"classes": {str(code): classes.get(code, "") for code in sorted(found)}},
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


def _require_codes(grid: DegreeGrid, codes: set[int], name: str) -> None:
    """Raise LayerFormatError where a class is not a whole number or has no name."""
    found = np.unique(grid.values[~np.isnan(grid.values)])
    strange = [value for value in found.tolist() if value not in codes]
    if strange or not len(found):
        raise LayerFormatError(
            f"The classes of {name} hold {strange[:5] or 'no value at all'}; expected "
            f"some of {sorted(codes)}. Check the file and its version."
        )
