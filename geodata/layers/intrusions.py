"""Intrusive rocks, of the map of ages or of the map of rocks."""

import geopandas

from geodata.display import Display, Style
from geodata.layers.geology import (
    ANSWER,
    INTRUSIONS,
    SHAPEFILE,
    build_geology,
)
from geodata.layers.lithology_polygons import (
    GEODATABASE,
    SCALE,
    build_lithology_polygons,
)
from geodata.layers.model import FileRecipe, Files, Layer, VectorProduct
from geodata.layers.storage.table_file import CRS


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


_PLUTONIC = ("pa", "pi", "pb")


def build_plutonic_rocks(files: Files) -> VectorProduct:
    """Return the plutonic rocks among them, as the layer of intrusions.

    Returns
    -------
    VectorProduct
        ``name`` and ``kind``, both the class in words.  Coverage as the whole
        map's.
    """
    rocks = build_lithology_polygons(files)
    rows = rocks.table[rocks.table["code"].isin(_PLUTONIC)]
    kinds = list(rows["lithology"])
    table = geopandas.GeoDataFrame(
        {"name": kinds, "kind": kinds}, geometry=rows.geometry.to_numpy(), crs=CRS
    )
    return VectorProduct(table=table, coverage=rocks.coverage)


LAYER = Layer(
    id="intrusions",
    title="Intrusive rocks",
    kind="polygons",
    says="where bodies of intrusive rock were mapped",
    alternatives=(
        FileRecipe(
            optional=(ANSWER, SHAPEFILE),
            build=build_intrusions,
            resolution="about 1:7.5 million, unconfirmed",
            resolution_km=7.5,
            uncertainty=(
                "Edges good to several kilometres; small bodies are missing. Does not "
                "separate alkaline rocks from basic and ultrabasic ones."
            ),
        ),
        FileRecipe(
            title="Plutonic rocks",
            parts=(GEODATABASE,),
            build=build_plutonic_rocks,
            resolution=SCALE,
            resolution_km=3.75,
            uncertainty=(
                "Edges good to a few kilometres. Acid, intermediate and basic; does "
                "not separate alkaline rocks from any of them."
            ),
        ),
    ),
    display=Display(
        order=50,
        form="fills",
        label="Intrusions",
        title="Intrusions",
        description=(
            "Bodies of intrusive rock as mapped. Clipped to the region and simplified "
            "for the screen."
        ),
        columns=("name", "kind", "age", "age_code"),
        tooltip=(("{name}", "Intrusion"), ("{kind}",), ("{age}", "{age_code}")),
        style=Style(
            colour="#8a2f86", dark_colour="#e3a2df", width=0.8, fill_opacity=0.22
        ),
    ),
)
