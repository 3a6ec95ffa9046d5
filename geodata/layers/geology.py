"""Geology of the former Soviet Union by age, USGS geo1ec, and intrusions from it.

Persits, Steinshouer & Ulmishek, USGS Open-File Report 97-470E.  The map tells ages,
not rocks; only its codes for intrusive rocks say more.
"""

from collections.abc import Mapping
from types import MappingProxyType

import geopandas
import shapely

from geodata.errors import MissingLayerError
from geodata.layers.clip import MARGIN, clipped, margin_polygon
from geodata.layers.model import FileRecipe, Files, Layer, Part, VectorProduct
from geodata.layers.source_files import needed_column, texts
from geodata.layers.storage.table_file import CRS
from geodata.readers.vector import read_vector

INTRUSIONS: Mapping[str, str] = MappingProxyType(
    {
        "PtA": "acid intrusive rocks, Archaean and Proterozoic",
        "PtAi": "acid intrusive rocks, Archaean and Proterozoic",
        "Pi": "intrusive rocks, Palaeozoic",
        "Mi": "acid intrusive rocks, Mesozoic",
        "TKi": "acid intrusive rocks, Cretaceous to Neogene",
        "ii": "basic, ultrabasic and alkaline intrusive rocks of unknown age",
    }
)
"""Codes of intrusive rocks."""

AGES: Mapping[str, str] = MappingProxyType(
    {
        "A": "Archaean",
        "Pt": "Proterozoic",
        "X": "Lower and Middle Proterozoic",
        "Y": "Middle and Upper Proterozoic",
        "Z": "Upper Proterozoic",
        "pC": "Precambrian",
        "CmPt": "Proterozoic and Cambrian",
        "Cm": "Cambrian",
        "OCm": "Cambrian and Ordovician",
        "O": "Ordovician",
        "SO": "Ordovician and Silurian",
        "S": "Silurian",
        "DS": "Silurian and Devonian",
        "D": "Devonian",
        "CD": "Devonian and Carboniferous",
        "C": "Carboniferous",
        "PC": "Carboniferous and Permian",
        "P": "Permian",
        "Pz": "Palaeozoic",
        "PZ": "Palaeozoic",
        "TrP": "Permian and Triassic",
        "Tr": "Triassic",
        "JTr": "Triassic and Jurassic",
        "J": "Jurassic",
        "KJ": "Jurassic and Cretaceous",
        "K": "Cretaceous",
        "PgK": "Cretaceous and Palaeogene",
        "Pg": "Palaeogene",
        "NPg": "Palaeogene and Neogene",
        "N": "Neogene",
        "QT": "Tertiary and Quaternary",
        "Q": "Quaternary",
        "Qv": "Pliocene and Quaternary extrusive rocks",
        "PtA": "Archaean and Proterozoic",
        "PtAi": "Archaean and Proterozoic",
        "Pi": "Palaeozoic",
        "Mi": "Mesozoic",
        "TKi": "Cretaceous to Neogene",
    }
)
"""Codes of rocks of known age."""

NOT_MAPPED = frozenset({"oth"})
"""Land outside the former Soviet Union."""


ANSWER: Part = ("usgs-geo1ec", "geo1ec.json")
"""Stored answer of the publisher's map service."""

SHAPEFILE: Part = ("usgs-geo1ec", "geo1ec.zip")

_LEGEND = (
    "Meanings of the codes as transcribed from the map service's legend by others; "
    "not yet checked against the printed legend."
)


def build_geology(files: Files) -> VectorProduct:
    """Return the geological map of the region and a margin.

    Returns
    -------
    VectorProduct
        ``age_code`` as in the source, ``age`` in words (null where unknown) and
        ``intrusive`` (null for water, ice and codes we do not know).  Coverage is
        what is mapped: land of the former Soviet Union, its lakes and seas.

    Raises
    ------
    MissingLayerError
        If neither file is here.
    """
    table = _mapped(files)
    return VectorProduct(
        table=table,
        coverage=shapely.union_all(table.geometry.to_numpy()),
        extra={"legend": _LEGEND},
    )


def _mapped(files: Files) -> geopandas.GeoDataFrame:
    if ANSWER in files:
        source = read_vector(files[ANSWER], driver="wfs", window=MARGIN)
    elif SHAPEFILE in files:
        source = read_vector(files[SHAPEFILE], driver="shapefile-zip", window=MARGIN)
    else:
        raise MissingLayerError(
            f"Geology needs {ANSWER[1]} or {SHAPEFILE[1]} of {ANSWER[0]}; neither is "
            "here. Run scripts/ingest.py --layer geology."
        )
    codes = texts(source[needed_column(source, ("GLG",), "geo1ec")])
    window = margin_polygon()
    shapes = [clipped(shape, window) for shape in source.geometry]
    keep = [
        at
        for at, (code, shape) in enumerate(zip(codes, shapes, strict=True))
        if code not in NOT_MAPPED and not shape.is_empty
    ]
    kept = [codes[at] for at in keep]
    table = geopandas.GeoDataFrame(
        {
            "age_code": kept,
            "age": [AGES.get(code or "") for code in kept],
            "intrusive": [_intrusive(code) for code in kept],
        },
        geometry=[shapes[at] for at in keep],
        crs=CRS,
    )
    return table.astype({"intrusive": "boolean"})


def _intrusive(code: str | None) -> bool | None:
    if code in INTRUSIONS:
        return True
    return False if code in AGES else None


LAYER = Layer(
    id="geology",
    title="Geology by age",
    kind="polygons",
    says="age of the rock at the surface, and whether it is intrusive",
    alternatives=(
        FileRecipe(
            optional=(ANSWER, SHAPEFILE),
            build=build_geology,
            resolution="about 1:7.5 million, unconfirmed",
            resolution_km=7.5,
            uncertainty=(
                "Edges good to several kilometres. Ages, not rocks; the meaning of the "
                "codes is not yet checked against the printed legend."
            ),
        ),
    ),
)
