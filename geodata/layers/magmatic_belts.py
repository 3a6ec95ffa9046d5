"""Magmatic belts: tracts that permit porphyry copper, USGS SIR 2010-5090-Z.

A tract is drawn round the igneous rocks of one arc and age.  It is an interpreted
product of a copper assessment, and stands here for the belt it was drawn round.
"""

from pathlib import Path, PurePosixPath

import geopandas
import shapely

from geodata.display import Display, Style
from geodata.errors import LayerFormatError
from geodata.layers.clip import MARGIN, clipped, margin_polygon
from geodata.layers.model import FileRecipe, Files, Layer, Part, VectorProduct
from geodata.layers.source_files import needed_column, texts
from geodata.layers.storage.table_file import CRS
from geodata.readers.archive import archive_members
from geodata.readers.limits import DEFAULT_LIMITS
from geodata.readers.vector import read_vector

TRACTS: Part = ("usgs-sir20105090z-tracts", "sir20105090z-shape.zip")

_IDS = ("coded_id", "tract_id", "gmrap_id", "tract", "id")
_NAMES = ("tract_name", "name", "tractname")
_OTHER = ("sed", "dep", "prosp")  # sediment-hosted tracts, and points


def build_magmatic_belts(files: Files) -> VectorProduct:
    """Return the porphyry-copper tracts of the region and a margin.

    Returns
    -------
    VectorProduct
        ``tract``, the assessment's id, and ``name``.  Without coverage: a place
        outside every tract was judged not permissive, or was not assessed.
    """
    path = files[TRACTS]
    source = read_vector(
        path, driver="shapefile-zip", member=_porphyry_member(path), window=MARGIN
    )
    tracts = texts(source[needed_column(source, _IDS, "the tracts")])
    names = texts(source[needed_column(source, _NAMES, "the tracts")])
    window = margin_polygon()
    shapes = [clipped(shape, window) for shape in source.geometry]
    keep = [at for at, shape in enumerate(shapes) if not shape.is_empty]
    table = geopandas.GeoDataFrame(
        {"tract": [tracts[at] for at in keep], "name": [names[at] for at in keep]},
        geometry=[shapely.normalize(shapes[at]) for at in keep],
        crs=CRS,
    )
    return VectorProduct(table=table.sort_values("tract", ignore_index=True))


def _porphyry_member(path: Path) -> str:
    """Return the shapefile of porphyry tracts in the archive."""
    members = [
        name
        for name in archive_members(path, DEFAULT_LIMITS)
        if name.lower().endswith(".shp")
    ]
    names = {member: PurePosixPath(member).name.lower() for member in members}
    tracts = [
        member
        for member, name in names.items()
        if "tract" in name and not any(word in name for word in _OTHER)
    ]
    if len(tracts) != 1:
        raise LayerFormatError(
            "Expected one shapefile of porphyry tracts in the archive; its "
            f"shapefiles are {', '.join(members) or 'none'}. Check the catalogue."
        )
    return tracts[0]


LAYER = Layer(
    id="magmatic-belts",
    title="Magmatic belts that permit porphyry copper",
    kind="polygons",
    says="belts of old arcs, drawn for a copper assessment",
    alternatives=(
        FileRecipe(
            parts=(TRACTS,),
            build=build_magmatic_belts,
            resolution="drawn at 1:1 million",
            resolution_km=5.0,
            uncertainty=(
                "Interpreted by a copper assessment, not mapped: a tract holds more "
                "than the igneous rocks it is drawn round."
            ),
        ),
    ),
    display=Display(
        order=60,
        form="fills",
        label="Magmatic belts",
        title="Magmatic belts",
        description=(
            "Tracts of a copper assessment, drawn by its authors. Clipped to the "
            "region and simplified for the screen."
        ),
        columns=("name", "tract"),
        tolerance_deg=0.01,
        tooltip=(
            ("{name}", "Magmatic belt"),
            ("Tract {tract} of a copper assessment", "Tract of a copper assessment"),
        ),
        style=Style(
            colour="#8a2f86",
            dark_colour="#e3a2df",
            width=1.4,
            dash="7 4",
            fill_opacity=0.07,
        ),
    ),
)
