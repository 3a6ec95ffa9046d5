import geopandas
import pandas as pd
import pytest

from geodata.layers.occurrences.known_sites import COLUMNS as BUNDLE_COLUMNS
from geodata.layers.occurrences.known_sites import parse_known_sites
from geodata.layers.occurrences.mineral_occurrences import COLUMNS
from geodata.layers.occurrences.phosphatic_rocks import circles, phosphatic_places
from geodata.layers.occurrences.samples import (
    background,
    labels,
    region_records,
    unseen,
)
from geodata.layers.occurrences.sites import with_sites

USUAL = {
    "name": "",
    "aliases": "",
    "lon": 70.1,
    "lat": 45.1,
    "uncertainty_km": 5.0,
    "country_text": "Kazakhstan",
    "country": "KAZ",
    "commodities": "REE",
    "commodity_group": "rare earths",
    "ree_evidence": "direct",
    "deposit_type": "carbonatite",
    "deposit_type_source": "carb",
    "status": "occurrence",
    "status_source": "Occurrence",
    "is_facility": False,
    "shared_point": False,
    "quarantined": False,
    "source_id": "usgs-ree",
    "rebuilt": False,
}
COPPER = {
    "source_id": "usgs-porcu",
    "ree_evidence": "none",
    "deposit_type": "",
    "commodities": "Cu",
}


def occurrences(*changes):
    rows = [
        {**dict.fromkeys(COLUMNS, ""), **USUAL, "record_id": str(number), **change}
        for number, change in enumerate(changes)
    ]
    frame = pd.DataFrame(rows)
    frame["occurrence_id"] = frame["source_id"] + ":" + frame["record_id"]
    frame = frame.assign(**with_sites(frame))
    points = geopandas.points_from_xy(frame["lon"], frame["lat"])
    return geopandas.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")


def numbers(table):
    return sorted(int(number) for number in table["record_id"])


def test_a_label_has_the_type_names_rare_earths_and_is_usable():
    table = occurrences(
        {"name": "Espe"},
        {"name": "Akbiik", "lon": 71, "ree_evidence": "pathfinder"},
        {"name": "Sandy", "lon": 72, "deposit_type": "placer"},
        {"name": "Wrong", "lon": 73, "quarantined": True},
        {"name": "Irtysh Copper Smelter", "lon": 74, "is_facility": True},
    )
    assert numbers(labels(table, "carbonatite")) == [0]
    assert numbers(labels(table, "placer")) == [2]
    assert numbers(labels(table, "peralkaline")) == []


def test_a_place_makes_one_label_at_the_record_that_is_not_the_outlier():
    table = occurrences(
        {"name": "Espe", "source_id": "usgs-ree", "uncertainty_km": 5.0, "lat": 45.3},
        {"name": "Espe", "source_id": "usgs-carbonatite", "uncertainty_km": 10.0},
        {
            "name": "Espe",
            "source_id": "usgs-mrds",
            "uncertainty_km": 10.0,
            "lon": 70.101,
        },
    )
    assert set(table["cluster_id"]) == {"usgs-carbonatite:1"}
    assert numbers(labels(table, "carbonatite")) == [1]


def test_a_point_makes_one_label_whatever_the_names():
    table = occurrences(
        {"name": "Espe"}, {"name": "Akbiik", "source_id": "usgs-carbonatite"}
    )
    assert len(labels(table, "carbonatite")) == 1


def test_an_unknown_type_is_a_wrong_argument():
    with pytest.raises(ValueError, match="gold"):
        labels(occurrences({}), "gold")


def test_a_label_moves_to_the_position_that_its_site_agrees_on():
    table = occurrences(
        {"name": "Espe", "uncertainty_km": 10.0, "lat": 45.3},
        {"name": "Espe", "source_id": "usgs-pp1802", "deposit_type": "peralkaline"},
        {"name": "Espe", "source_id": "usgs-mrds", "lon": 70.11, "uncertainty_km": 20},
    )
    label = labels(table, "carbonatite").iloc[0]
    assert label["source_id"] == "usgs-ree"  # which says the type
    assert (label["lon"], label["lat"], label["uncertainty_km"]) == (70.1, 45.1, 5.0)
    assert label.geometry.coords[0] == (70.1, 45.1)


def test_a_label_stays_where_its_own_error_reaches_the_better_position():
    table = occurrences(
        {"name": "Espe", "uncertainty_km": 30.0, "lat": 45.3},
        {"name": "Espe", "source_id": "usgs-pp1802", "deposit_type": "peralkaline"},
    )
    assert labels(table, "carbonatite")["lat"].tolist() == [45.3]


def test_alkaline_complexes_do_not_pose_as_other_deposits():
    igneous = {**COPPER, "source_id": "usgs-major-deposits", "lat": 60.0}
    table = occurrences(
        {"name": "Espe"},
        {**igneous, "deposit_type_source": "Igneous", "commodities": "Nb,Ta"},
        {**igneous, "deposit_type_source": "Igneous", "commodities": "Cr", "lon": 71},
        {**igneous, "deposit_type_source": "Surficial", "commodities": "Zr", "lon": 72},
        {**igneous, "deposit_type_source": "Magmatic", "commodities": "P", "lon": 73},
    )
    assert numbers(background(table, "carbonatite")) == [2, 3]
    assert numbers(background(table, "placer")) == [1, 2, 3, 4]


def test_the_background_has_one_place_in_a_cell_and_none_within_25_km_of_a_label():
    table = occurrences(
        {"name": "Espe"},
        {**COPPER, "name": "13 km from Espe", "lon": 70.2, "lat": 45.2},
        {**COPPER, "name": "24 km off, next cell", "lon": 70.4, "lat": 45.1},
        {**COPPER, "name": "Kounrad", "lon": 75.05, "lat": 46.05},
        {**COPPER, "name": "Sayak", "lon": 75.20, "lat": 46.20, "uncertainty_km": 10.0},
        {**COPPER, "name": "Next cell", "lon": 75.26, "lat": 46.05},
        {**COPPER, "name": "Other people", "lon": 60, "source_id": "gsc-tin-tungsten"},
        {**COPPER, "name": "Wrong", "lon": 61, "quarantined": True},
    )
    assert numbers(background(table, "carbonatite")) == [3, 5]
    assert numbers(background(table, "placer")) == [1, 2, 3, 5]


def test_unseen_places_are_known_to_tables_without_labels_alone():
    outside = {"source_id": "usgs-pp1802"}
    table = occurrences(
        {"name": "Espe"},
        {**outside, "name": "Far", "lon": 90},
        {**outside, "name": "Near", "lon": 70.3},
        {**outside, "name": "Beside another kind", "lon": 95, "deposit_type": "placer"},
        {"name": "Of another kind", "lon": 95.1, "deposit_type": "placer"},
        {**outside, "name": "Sand", "lon": 92, "deposit_type": "placer"},
        {**outside, "name": "No rare earth", "lon": 93, "ree_evidence": "pathfinder"},
        {"name": "A label elsewhere", "lon": 94},
    )
    assert numbers(unseen(table)) == [1, 5]


def test_known_sites_come_in_the_columns_of_the_bundle():
    table = occurrences(
        {"name": "Espe", "record_id": "7"},
        {
            "name": "Espe",
            "source_id": "usgs-major-deposits",
            "lon": 70.15,
            "rebuilt": True,
        },
        {"name": "Far away", "lon": -70.0},
        {"name": "Phosphate", "lon": 60.0, "ree_evidence": "pathfinder"},
        {"name": "", "lon": 80.0, "record_id": "9"},
    )
    records = region_records(table)
    assert set(BUNDLE_COLUMNS) <= set(records.columns)
    assert records["site"].tolist() == ["Espe", "Espe", "usgs-ree:9"]
    assert records["occurrence_id"].tolist() == [
        "usgs-ree-7",
        "usgs-major-deposits-1",
        "usgs-ree-9",
    ]
    assert records["preferred"].tolist() == [True, False, True]
    assert "reconstruction" in records["note"].iloc[1]
    text = records.drop(columns="geometry").assign(
        preferred=records["preferred"].map({True: "true", False: "false"})
    )
    assert len(parse_known_sites(text.to_csv(index=False).encode())) == 3


def test_two_places_of_one_name_are_two_sites():
    table = occurrences({"name": "Espe"}, {"name": "Espe", "lon": 80.0})
    assert region_records(table)["site"].tolist() == [
        "Espe (usgs-ree:0)",
        "Espe (usgs-ree:1)",
    ]


def phosphate(**changes):
    return {
        "commodities": "P",
        "ree_evidence": "pathfinder",
        "deposit_type": "",
        **changes,
    }


def test_phosphatic_rocks_are_beds_of_usable_records_in_the_window():
    table = occurrences(
        phosphate(
            name="Janytas", source_id="usgs-phosphate", deposit_type_source="Marine"
        ),
        phosphate(name="Zhanytas", source_id="usgs-ofr20151121", lon=70.2),
        phosphate(name="Magma", lon=60, deposit_type_source="Magmatic; carbonatite"),
        phosphate(name="Guano", lon=61, deposit_type_source="Guano"),
        phosphate(name="Iron apatite", lon=62, commodities="Fe,P"),
        phosphate(name="Far away", lon=-60),
        phosphate(name="Wrong", lon=63, quarantined=True),
        phosphate(name="Potash", lon=64, commodities="K"),
    )
    places = phosphatic_places(table)
    assert len(places) == 1
    assert places["record_ids"].tolist() == ["usgs-ofr20151121:1,usgs-phosphate:0"]


def test_the_coverage_reaches_100_km_and_no_farther():
    import numpy as np
    import pyproj
    import shapely

    geod = pyproj.Geod(ellps="WGS84")
    whole = circles(np.array([66.0, 67.0]), np.array([41.0, 41.0]))
    assert whole.geom_type == "Polygon"
    for azimuth in (0.0, 33.0, 180.0, 290.0):
        near = geod.fwd(66.0, 41.0, azimuth, 98_000)[:2]
        far = geod.fwd(66.0, 41.0, azimuth, 102_000)[:2]
        assert whole.contains(shapely.Point(near))
        assert azimuth == 33.0 or not whole.contains(shapely.Point(far))
