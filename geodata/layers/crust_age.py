"""When the crust was last heated through, world-wide (TC1)."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from geodata.errors import LayerFormatError
from geodata.layers.grid_image import around_greenwich, image_of
from geodata.layers.model import FileRecipe, Files, Layer, RasterProduct
from geodata.readers.degree_grid import raster_of_nodes
from geodata.readers.number_text import read_numbers, read_packed

TC1_AGE = ("tc1-thermal", "tc1_age.csv")

NO_AGE = 1
"""The class of TC1 that means "no value": the oceans."""

AGES: Mapping[int, tuple[float, float]] = MappingProxyType(
    {
        2: (0, 50),
        3: (50, 250),
        4: (250, 540),
        5: (540, 850),
        6: (850, 1100),
        7: (1100, 1700),
        8: (1700, 2500),
        9: (2500, 3000),
        10: (3000, 3500),
    }
)
"""Class → youngest and oldest age of the last thermal event, million years."""

_ROWS, _COLUMNS = 181, 361


def build_crust_age(files: Files) -> RasterProduct:
    """Return the age of the last thermal event, one band ``age_ma``.

    Returns
    -------
    RasterProduct
        Million years, the middle of the class of each node of 1 degree; NaN at sea.

    Raises
    ------
    LayerFormatError
        If there are not 181 by 361 classes, or one is not of TC1.
    """
    path = files[TC1_AGE]
    classes = read_numbers(
        read_packed(path).replace(b",", b" "),
        expected=_ROWS * _COLUMNS,
        name=path.name,
    ).reshape(_ROWS, _COLUMNS)
    strange = set(np.unique(classes).tolist()) - {NO_AGE, *AGES}
    if strange:
        raise LayerFormatError(
            f"{path.name} holds the classes {sorted(strange)[:5]}; expected whole "
            f"numbers from {NO_AGE} to {max(AGES)}. Check the file and its version."
        )
    age = np.full(classes.shape, np.nan)
    for code, limits in AGES.items():
        age[classes == code] = sum(limits) / 2
    nodes = raster_of_nodes(
        age, west=-180.0, north=90.0, step_lon_deg=1.0, step_lat_deg=1.0
    )
    return RasterProduct(
        image=image_of({"age_ma": around_greenwich(nodes)}, decimals=0),
        extra={"ages_ma": {str(code): list(limits) for code, limits in AGES.items()}},
    )


LAYER = Layer(
    id="crust-age",
    title="Age of the last thermal event of the crust (TC1)",
    kind="raster",
    says="when the crust was last heated through, in coarse classes",
    alternatives=(
        FileRecipe(
            parts=(TC1_AGE,),
            build=build_crust_age,
            resolution="nodes of 1 degree",
            resolution_km=111.0,
            uncertainty=(
                "Nine classes of 50 to 800 million years, drawn after a tectonic map; "
                "their edges step by 500 km and more in Kazakhstan."
            ),
        ),
    ),
)
