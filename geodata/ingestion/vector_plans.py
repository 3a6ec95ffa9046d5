"""The vector layers that are made from publishers' files; the better plan first."""

from geodata.layers import (
    access_lines,
    faults,
    geology,
    lithology_polygons,
    magmatic_belts,
    provinces,
    sutures,
)
from geodata.layers.fault_sets import SOURCES as FAULT_SOURCES
from geodata.layers.plan import FilePlan

_PROVINCE_SCALE = "about 1:5–10 million"
_GEOLOGY_FILES = (geology.ANSWER, geology.SHAPEFILE)

PLANS: tuple[FilePlan, ...] = (
    FilePlan(
        id="provinces",
        title="Geological provinces of the world",
        kind="polygons",
        parts=provinces.PROVINCE_PARTS,
        build=provinces.build_provinces,
        resolution=_PROVINCE_SCALE,
        resolution_km=10.0,
        uncertainty=(
            "Edges good to about 10 km; names, some odd, and spelling are the source's."
        ),
    ),
    FilePlan(
        id="terrane-boundaries",
        title="Terrane boundaries",
        kind="lines",
        parts=provinces.PROVINCE_PARTS,
        build=provinces.build_province_boundaries,
        resolution=_PROVINCE_SCALE,
        resolution_km=10.0,
        uncertainty=(
            "Lines good to about 10 km; where the provinces differ in name, so also "
            "where a basin laps onto a terrane."
        ),
    ),
    FilePlan(
        id="cratons",
        title="Cratons of the world",
        kind="polygons",
        parts=provinces.CRATON_PARTS,
        build=provinces.build_cratons,
        resolution=_PROVINCE_SCALE,
        resolution_km=10.0,
        uncertainty="Edges good to about 10 km; in the five states almost none.",
    ),
    FilePlan(
        id="sutures",
        title="Sutures of Tibet, the Himalaya and the Pamir",
        kind="lines",
        parts=(sutures.SUTURES,),
        build=sutures.build_sutures,
        resolution="not stated",
        resolution_km=5.0,
        uncertainty=(
            "Good to about 5 km. The sutures of Kazakhstan and the Tien Shan are not "
            "among them."
        ),
    ),
    FilePlan(
        id="faults",
        title="Active faults",
        kind="lines",
        optional=tuple(source.part for source in FAULT_SOURCES),
        build=faults.build_faults,
        resolution="not stated, about 1:1 million",
        resolution_km=5.0,
        uncertainty=(
            "Lines good to about 5 km; faults closer to each other than that, of one "
            "strike and from different sets, are taken for one. Active faults only. "
            "Unknown, not absent, farther than 100 km from any mapped fault, and in "
            "western, northern and easternmost Kazakhstan."
        ),
    ),
    FilePlan(
        id="geology",
        title="Geology by age",
        kind="polygons",
        optional=_GEOLOGY_FILES,
        build=geology.build_geology,
        resolution="about 1:7.5 million, unconfirmed",
        resolution_km=7.5,
        uncertainty=(
            "Edges good to several kilometres. Ages, not rocks; the meaning of the "
            "codes is not yet checked against the printed legend."
        ),
    ),
    FilePlan(
        id="intrusions",
        title="Intrusive rocks",
        kind="polygons",
        optional=_GEOLOGY_FILES,
        build=geology.build_intrusions,
        resolution="about 1:7.5 million, unconfirmed",
        resolution_km=7.5,
        uncertainty=(
            "Edges good to several kilometres; small bodies are missing. Does not "
            "separate alkaline rocks from basic and ultrabasic ones."
        ),
    ),
    FilePlan(
        id="intrusions",
        title="Plutonic rocks",
        kind="polygons",
        parts=(lithology_polygons.GEODATABASE,),
        build=lithology_polygons.build_plutonic_rocks,
        resolution="about 1:3.75 million on average, finer in places",
        resolution_km=3.75,
        uncertainty=(
            "Edges good to a few kilometres. Acid, intermediate and basic; does not "
            "separate alkaline rocks from any of them."
        ),
    ),
    FilePlan(
        id="lithology-polygons",
        title="Rocks at the surface",
        kind="polygons",
        parts=(lithology_polygons.GEODATABASE,),
        build=lithology_polygons.build_lithology_polygons,
        resolution="about 1:3.75 million on average, finer in places",
        resolution_km=3.75,
        uncertainty="Edges good to a few kilometres; classes are broad.",
    ),
    FilePlan(
        id="magmatic-belts",
        title="Magmatic belts that permit porphyry copper",
        kind="polygons",
        parts=(magmatic_belts.TRACTS,),
        build=magmatic_belts.build_magmatic_belts,
        resolution="drawn at 1:1 million",
        resolution_km=5.0,
        uncertainty=(
            "Interpreted by a copper assessment, not mapped: a tract holds more than "
            "the igneous rocks it is drawn round."
        ),
    ),
    FilePlan(
        id="railways",
        title="Railways",
        kind="lines",
        parts=(access_lines.RAILWAYS,),
        build=access_lines.build_railways,
        resolution="1:10 million",
        resolution_km=2.0,
        uncertainty="Good to about 2 km; new lines may be missing. Never scored.",
    ),
    FilePlan(
        id="roads",
        title="Roads",
        kind="lines",
        parts=(access_lines.ROADS,),
        build=access_lines.build_roads,
        resolution="1:10 million",
        resolution_km=2.0,
        uncertainty="Good to about 2 km; main roads only. Never scored.",
    ),
)
"""Several plans of one id are alternatives: the first whose files are here wins."""
