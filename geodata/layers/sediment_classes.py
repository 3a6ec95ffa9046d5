"""Classes of loose sediment in cells of half a degree (GUM)."""

import numpy as np

from geodata.layers.grid_image import image_of
from geodata.layers.lithology import read_class_names, require_codes
from geodata.layers.model import FileRecipe, Files, Layer, RasterProduct
from geodata.readers.archive import (
    archive_members,
    read_archive_member,
)
from geodata.readers.number_text import read_packed
from geodata.readers.text_grids import read_ascii_grid

GUM_GRID = ("gum-sediments", "gum_v1.0_0point5deg.txt.asc")


GUM_NAMES = ("gum-sediments", "classnames.txt")


GUM_ZIP = ("gum-sediments", "Boerker_et_al_GUM_v1.0.zip")


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
    require_codes(grid, set(classes) or found, "GUM")
    return RasterProduct(
        image=image_of({"class": grid}, decimals=0),
        dtype="int16",
        extra={"classes": {str(code): classes.get(code, "") for code in sorted(found)}},
    )


_LOOSE_SEDIMENT = (
    "Class of half a degree; the file was never opened by us. No value is not bare "
    "rock. Its cells lie slightly off those of the rock classes."
)

LAYER = Layer(
    id="sediment-classes",
    title="Unconsolidated sediments (GUM)",
    kind="raster",
    says="kind of loose sediment",
    alternatives=tuple(
        FileRecipe(
            parts=(part,),
            optional=optional,
            build=build_sediment_classes,
            resolution="cells of 0.5 degrees",
            resolution_km=55.7,
            uncertainty=_LOOSE_SEDIMENT,
        )
        for part, optional in ((GUM_GRID, (GUM_NAMES,)), (GUM_ZIP, ()))
    ),
)
