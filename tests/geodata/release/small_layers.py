"""A few layers made by hand, in the columns that ingestion writes, and a release."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from geodata.layers.occurrences.known_sites import NUMBER_COLUMNS
from geodata.layers.storage.table_file import coverage_record
from geodata.layers.store import LayerStore
from geodata.provenance import Member, Provenance
from geodata.release.build import build_release
from geodata.release.inputs import Parameters
from geodata.scoring.deposit_type import deposit_type_texts
from tests.geodata.layers.layer_files import write_vector

BUNDLE = Path(__file__).resolve().parents[3] / "geodata" / "bundle"
EAST = shapely.box(70.0, 30.0, 95.0, 60.0)
"""Where the small fault layer says something: everything east of 70 degrees."""


def draft(layer: str, kind: str, **facts: Any) -> Provenance:
    """Return a record as ingestion drafts it."""
    coverage = facts.pop("coverage", None)
    rebuilt = facts.pop("rebuilt", False)
    return Provenance(
        layer=layer,
        title=f"Small {layer}",
        kind=kind,
        file="",
        sha256="",
        bytes=0,
        members=(Member(source="small", origin="mirror", rebuilt=rebuilt),),
        citation="Made by hand.",
        licence="CC0-1.0",
        credit=f"Credit of {layer}",
        open=True,
        resolution="as drawn",
        resolution_km=1.0,
        uncertainty="none",
        command="pytest",
        coverage=coverage_record(coverage),
        extra=facts,
    )


def table(shapes: list[shapely.Geometry], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def occurrence(source: str, record: str, name: str, **facts: Any) -> dict[str, Any]:
    """Return one row of the uniform table of occurrences."""
    texts = ("commodities", "deposit_type_source", "status_source", "age", "country")
    row = {
        **dict.fromkeys((*texts, "country_text", "record_url", "table"), ""),
        "occurrence_id": f"{source}:{record}",
        "source_id": source,
        "record_id": record,
        "name": name,
        "uncertainty_km": 10.0,
        "commodity_group": "copper",
        "ree_evidence": "none",
        "deposit_type": "",
        "status": "occurrence",
        "cluster_id": f"{source}:{record}",
        "is_facility": False,
        "quarantined": False,
        "shared_point": False,
        "rebuilt": False,
        "preferred": True,
    }
    return row | facts


def occurrences(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    points = [shapely.Point(row["lon"], row["lat"]) for row in rows]
    return table(points, **columns)


def some_occurrences(name: str = "") -> gpd.GeoDataFrame:
    """Five records: one to be shown, a plant, one in doubt, a twin, a known site."""
    at = dict(zip(NUMBER_COLUMNS, (66.0, 44.0, 5.0), strict=True))
    return occurrences(
        occurrence("usgs-vms", "1", name or "Copper Hill", **at),
        occurrence("usgs-vms", "2", "Smelter", **at, is_facility=True),
        occurrence("usgs-vms", "3", "Doubtful", **at, quarantined=True),
        occurrence(
            "usgs-vms", "4", "Twin", **at, preferred=False, cluster_id="usgs-vms:1"
        ),
        occurrence(
            "usgs-ree",
            "257",
            "Tleumbetskii",
            lon=77.03333,
            lat=50.76667,
            ree_evidence="direct",
        ),
        occurrence(
            "usgs-ree", "9001", "New Site", lon=72.0, lat=47.0, ree_evidence="direct"
        ),
    )


def write_small_layers(folder: Path, *, name: str = "") -> LayerStore:
    """Write the layers; every name in them can be replaced by one text."""
    lines = [
        shapely.LineString([(72.0, 42.0), (72.001, 42.3), (72.0, 43.0)]),
        shapely.LineString([(80.0, 47.0), (95.0, 47.0)]),
        shapely.LineString([(100.0, 20.0), (101.0, 20.0)]),
    ]
    west, east = shapely.box(40, 30, 65, 60), shapely.box(65, 30, 95, 60)
    square = shapely.box(70.0, 48.0, 70.5, 48.5)
    write_vector(
        folder,
        table(
            lines,
            name=[name or "Karatau fault", name or None, name or "Far fault"],
            kind=["thrust", name, ""],
            sets=["one", "one, two", "two"],
            secret=["a", "b", "c"],
        ),
        draft("faults", "lines", coverage=EAST),
    )
    write_vector(
        folder,
        table(
            [west, east],
            name=[name or "West", name or "East"],
            type=["basin", "orogenic belt"],
            orogen=["", "Kazakh"],
        ),
        draft("provinces", "polygons"),
    )
    for layer, kind, shape in (
        ("sutures", "lines", lines[0]),
        ("railways", "lines", lines[1]),
        ("roads", "lines", lines[1]),
        ("intrusions", "polygons", square),
        ("magmatic-belts", "polygons", square),
    ):
        write_vector(
            folder, table([shape], name=[name], kind=[name]), draft(layer, kind)
        )
    write_vector(
        folder,
        some_occurrences(name),
        draft("mineral-occurrences", "points", rebuilt=True),
    )
    write_vector(
        folder,
        table(
            [shapely.Point(64.8955, 41.402)],
            name=["Dzheroi-Sardara"],
            occurrence_id=["usgs-ofr20151121:345"],
        ),
        draft(
            "phosphatic-rocks",
            "points",
            coverage=shapely.box(63, 40, 67, 43),
            made_from_occurrences=True,
        ),
    )
    return LayerStore((folder, BUNDLE))


def write_context_layers(folder: Path, *, name: str = "") -> None:
    """Write layers that only orient, beside the small ones."""
    for layer, held in (("mines", "commodities"), ("mineral-localities", "minerals")):
        facts = {"name": [name or layer], held: [name or "one,two"]}
        points = table([shapely.Point(70.5, 47.5)], **facts, uncertainty_km=[5.0])
        write_vector(folder, points, draft(layer, "points"))
    old_rock = {"lithology": [name or "coal"], "age": [name or "Jurassic"]}
    ages = {"from_ma": [200.0], "to_ma": [150.0], "formation": [name or "Angren"]}
    points = table([shapely.Point(70.0, 41.0)], **old_rock, **ages)
    write_vector(folder, points, draft("palaeolithology", "points"))
    margin = table([shapely.LineString([(72.0, 42.0), (72.0, 43.0)])], segment=[1])
    write_vector(folder, margin, draft("craton-margins", "lines"))


FAULTED = """
code = "fault"
title = "Faulted ground"
summary = "A model for tests."
[[evidence]]
name = "mapped-fault"
title = "Mapped fault"
claim = "It lies near a fault."
component = "pathway"
layer = "faults"
measure = "distance"
unit = "km"
membership = "near"
weight = { value = 1, low = 0.5, high = 2, basis = "expert", reference = "ours" }
[evidence.parameters]
half = { value = 10, low = 5, high = 25, basis = "expert", reference = "ours" }
error = { value = 5, low = 2, high = 8, basis = "expert", reference = "ours" }
"""


def build_layered_home(home: Path, *, name: str = "") -> Path:
    """Build a release of 50 km cells over the bundle, the small layers and context."""
    texts = deposit_type_texts()
    write_context_layers(home / "layers", name=name)
    build_release(
        write_small_layers(home / "layers", name=name),
        {key: texts[key] for key in ("carbonatite", "phosphorite")}
        | {"faulted": FAULTED},
        home / "releases",
        parameters=Parameters(cell_m=50_000),
    )
    return home
