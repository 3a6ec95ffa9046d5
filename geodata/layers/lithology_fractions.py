"""Shares of six rock classes in cells of 0.94 by 1.25 degrees, from GLiM.

The dominant class of a cell hides its intrusions; the share of felsic rock does not.
"""

import numpy as np

from geodata.errors import LayerFormatError
from geodata.layers.grid_image import image_of
from geodata.layers.plan import Files
from geodata.layers.product import RasterProduct
from geodata.readers.netcdf import read_netcdf

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
        name: read_netcdf(path, variable="lithfrac", band=number).around_greenwich()
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
