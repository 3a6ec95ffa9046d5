"""Rocks at the surface as polygons: the full GLiM of Hartmann & Moosdorf (2012)."""

import geopandas
import shapely

from geodata.layers.clip import MARGIN, clipped, margin_polygon
from geodata.layers.model import FileRecipe, Files, Layer, Part, VectorProduct
from geodata.layers.source_files import needed_column, texts, texts_of
from geodata.layers.storage.table_file import CRS
from geodata.readers.vector import read_vector

GEODATABASE: Part = ("glim-polygons", "LiMW_GIS_2015.gdb.zip")

_LAYER = "GLiM_export"
_LITHOLOGIES = {
    "su": "unconsolidated sediments",
    "vb": "basic volcanic rocks",
    "ss": "siliciclastic sedimentary rocks",
    "pb": "basic plutonic rocks",
    "sm": "mixed sedimentary rocks",
    "sc": "carbonate sedimentary rocks",
    "va": "acid volcanic rocks",
    "mt": "metamorphic rocks",
    "pa": "acid plutonic rocks",
    "vi": "intermediate volcanic rocks",
    "wb": "water",
    "py": "pyroclastic rocks",
    "pi": "intermediate plutonic rocks",
    "ev": "evaporites",
    "ig": "ice",
}
_NO_DATA = "nd"


def build_lithology_polygons(files: Files) -> VectorProduct:
    """Return the rock at the surface of the region and a margin.

    Returns
    -------
    VectorProduct
        ``code`` (first level, two letters), ``lithology`` in words (null for a
        code we do not know) and ``detail``, the source's full code.  Areas the
        source calls "no data" are left out, of the coverage too.
    """
    source = read_vector(
        files[GEODATABASE], driver="filegdb-zip", layer=_LAYER, window=MARGIN
    )
    codes = texts(source[needed_column(source, ("xx",), "GLiM")])
    details = texts_of(source, ("Litho",))
    window = margin_polygon()
    shapes = [clipped(shape, window) for shape in source.geometry]
    keep = [
        at
        for at, (code, shape) in enumerate(zip(codes, shapes, strict=True))
        if code is not None and code != _NO_DATA and not shape.is_empty
    ]
    table = geopandas.GeoDataFrame(
        {
            "code": [codes[at] for at in keep],
            "lithology": [_LITHOLOGIES.get(codes[at] or "") for at in keep],
            "detail": [details[at] for at in keep],
        },
        geometry=[shapes[at] for at in keep],
        crs=CRS,
    )
    return VectorProduct(
        table=table, coverage=shapely.union_all(table.geometry.to_numpy())
    )


SCALE = "about 1:3.75 million on average, finer in places"

LAYER = Layer(
    id="lithology-polygons",
    title="Rocks at the surface",
    kind="polygons",
    says="kind of rock at the surface",
    alternatives=(
        FileRecipe(
            parts=(GEODATABASE,),
            build=build_lithology_polygons,
            resolution=SCALE,
            resolution_km=3.75,
            uncertainty="Edges good to a few kilometres; classes are broad.",
        ),
    ),
)
