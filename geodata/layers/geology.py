"""Geology of the former Soviet Union by age, USGS geo1ec, and intrusions from it.

Persits, Steinshouer & Ulmishek, USGS Open-File Report 97-470E.  The map tells ages,
not rocks; only its codes for intrusive rocks say more.
"""

import geopandas
import shapely

from geodata.errors import MissingLayerError
from geodata.layers.columns import needed_column, texts
from geodata.layers.geology_ages import AGES, INTRUSIONS, NOT_MAPPED
from geodata.layers.margin import MARGIN, margin_polygon
from geodata.layers.plan import Files, Part
from geodata.layers.product import VectorProduct, clipped
from geodata.layers.storage.vector_file import CRS
from geodata.readers.vector import read_vector

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


def build_intrusions(files: Files) -> VectorProduct:
    """Return the intrusive rocks of the geological map.

    Returns
    -------
    VectorProduct
        ``name`` and ``kind``, both the legend's words: the map names no single
        body.  Coverage as the whole map's: where it shows none, none is mapped.
    """
    geology = build_geology(files)
    rows = geology.table[geology.table["age_code"].isin(INTRUSIONS)]
    kinds = [INTRUSIONS[code] for code in rows["age_code"]]
    table = geopandas.GeoDataFrame(
        {"name": kinds, "kind": kinds}, geometry=rows.geometry.to_numpy(), crs=CRS
    )
    return VectorProduct(table=table, coverage=geology.coverage, extra=geology.extra)


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
