"""Margins of cratons as seismic waves show them: a second opinion of where they run.

The province map draws old blocks by the rocks at the surface; this source draws them
by the speed of waves in the mantle below.  The two are no independent witnesses of one
argument.  Where they lie far apart, the edge of a craton is not known well.
"""

import geopandas
import shapely

from geodata.display import Display, Style
from geodata.errors import LayerFormatError
from geodata.layers.model import FileRecipe, Files, Layer, Part, VectorProduct
from geodata.layers.source_files import needed_column
from geodata.layers.storage.table_file import CRS
from geodata.readers.vector import read_vector

SOURCE = "shirmard-cratons"
MARGINS: Part = (SOURCE, "Craton_Boundaries.shp")
MARGIN_PARTS: tuple[Part, ...] = tuple(
    (SOURCE, f"Craton_Boundaries.{ending}")
    for ending in ("shp", "shx", "dbf", "prj", "cpg")
)
_LINES = ("LineString", "MultiLineString")


def build_craton_margins(files: Files) -> VectorProduct:
    """Return every margin of the source, world-wide.

    Returns
    -------
    VectorProduct
        Lines; column ``segment``, the source's number.  Coverage is the world: the
        source looked everywhere.  Which side is the craton is not told.

    Raises
    ------
    LayerFormatError
        If the number is missing, or a shape is no line.
    """
    source = read_vector(files[MARGINS], driver="shapefile")
    number = needed_column(source, ("segment_id",), "the margins of cratons")
    shapes = shapely.force_2d(source.geometry.to_numpy())
    strange = set(source.geometry.geom_type.dropna()) - {*_LINES}
    if strange or shapely.is_missing(shapes).any():
        raise LayerFormatError(
            "The margins of cratons were expected to be lines; the file has "
            f"{', '.join(sorted(strange)) or 'rows without a shape'}. Check that it "
            "is the one the catalogue describes."
        )
    table = geopandas.GeoDataFrame(
        {"segment": source[number].astype(int).to_numpy()}, geometry=shapes, crs=CRS
    )
    return VectorProduct(table=table)


LAYER = Layer(
    id="craton-margins",
    title="Margins of cratons, from seismic waves",
    kind="lines",
    says="margins of old, thick lithosphere, by a second source",
    alternatives=(
        FileRecipe(
            parts=MARGIN_PARTS,
            build=build_craton_margins,
            resolution="waves of 100 km and more",
            resolution_km=100.0,
            uncertainty=(
                "One line stands for a margin 100 to 200 km wide; which side is the "
                "craton is not told. Not independent of the province map."
            ),
        ),
    ),
    display=Display(
        order=45,
        form="lines",
        label="Craton margins (seismic)",
        title="Margins of cratons, from seismic waves",
        description=(
            "Margins of old, thick lithosphere by seismic waves: a second opinion of "
            "the edges of old blocks. One line stands for a margin 100 to 200 km wide. "
            "Clipped to the region and simplified for the screen."
        ),
        columns=("segment",),
        tooltip=(
            ("Margin of a craton",),
            ("Good to 100 km; the province map draws it by surface rocks",),
        ),
        style=Style(
            colour="#8a3d5c",
            dark_colour="#e6a3bd",
            width=3.0,
            opacity=0.7,
            dash="2 5",
            small_width=2.0,
        ),
    ),
)
