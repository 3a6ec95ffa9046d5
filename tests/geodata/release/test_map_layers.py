"""Layers that a release carries for its readers, and where layers know nothing."""

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.layers.registry import all_layers
from geodata.region import WINDOW
from geodata.release.coverage import LayerCoverage, coverage_table, shares_by_state
from geodata.release.map_layers import (
    MOST_CORNERS,
    context,
    map_tables,
    names_table,
    simplified,
    within_window,
)
from tests.geodata.release.small_layers import some_occurrences, table

DISPLAYS = {
    layer.display.collection or layer.id: layer.display
    for layer in all_layers().values()
    if layer.display
}
CUT = {name: shown for name, shown in DISPLAYS.items() if name != "terranes"}
LINE = DISPLAYS["faults"]


def layer_of(release, name):
    return next(item for item in release.manifest.layers if item.id == name)


def test_every_shown_layer_is_carried_and_lies_in_the_window(layered):
    window = shapely.box(WINDOW.west, WINDOW.south, WINDOW.east, WINDOW.north)
    for name, how in CUT.items():
        shown = layered.table(name)
        assert len(shown) > 0, name
        assert shown.crs.to_epsg() == 4326
        assert shown.within(window.buffer(1e-3)).all(), name
        assert set(shown.columns) <= {*how.columns, "geometry"}


def test_a_fault_outside_the_window_is_left_out_and_one_across_its_edge_is_cut(
    layered,
):
    faults = layered.table("faults")
    assert faults["name"].fillna("").tolist() == ["Karatau fault", ""]
    assert faults.geometry.iloc[1].bounds == (80.0, 47.0, 90.0, 47.0)
    assert "secret" not in faults.columns


def test_a_corner_that_leaves_the_line_by_less_than_the_tolerance_goes(layered):
    assert len(layered.table("faults").geometry.iloc[0].coords) == 2


def test_names_come_from_the_whole_lines_and_not_from_the_simplified_ones(layered):
    assert layered.has_table("names/faults")
    assert len(layered.table("names/faults").geometry.iloc[0].coords) == 3
    why = layered.explainer.explain(layered.explainer.at(73.0, 42.5), "faulted")
    nearest = [
        item.measured.nearest
        for component in why.components
        for item in component.evidence
        if item.layer == "faults"
    ]
    assert nearest[0] == "Karatau fault"


def test_a_fault_without_a_name_is_told_without_one(layered):
    found = layered.explainer.explain(layered.explainer.at(81.5, 46.9), "faulted")
    items = [item for part in found.components for item in part.evidence]
    near = [item.measured for item in items if item.measured.kind == "distance"]
    assert any(item.typical < 50 and item.nearest == "" for item in near)
    assert not {item.nearest for item in near} & {"nan", "None", "<NA>"}


def test_where_faults_are_not_mapped_the_argument_is_unknown(layered):
    why = layered.explainer.explain(layered.explainer.at(57.0, 48.0), "faulted")
    known = {
        item.layer: item.known
        for component in why.components
        for item in component.evidence
    }
    assert known["faults"] is False


def test_lines_stay_lines_and_polygons_polygons_when_cut():
    edge = shapely.LineString([(WINDOW.west - 1, 40), (WINDOW.west + 1, 40)])
    touch = shapely.box(WINDOW.west - 1, 40, WINDOW.west, 41)
    twice = shapely.LineString([(50, 32), (51, 34), (52, 32), (53, 34), (54, 32)])
    cut = within_window(table([edge, touch, twice], name=["a", "b", "c"]))
    assert cut["name"].tolist() == ["a", "c"]
    assert cut.geom_type.tolist() == ["LineString", "MultiLineString"]
    assert cut.geometry.iloc[0].bounds[0] == WINDOW.west


def test_a_layer_does_not_take_the_place_of_a_table_of_every_release(bundle):
    lakes = dataclasses.replace(all_layers()["lakes"], display=LINE)
    with pytest.raises(ValueError, match="'lakes' needs a collection of its own"):
        map_tables(bundle, some_occurrences(), {"lakes": lakes})


def test_too_many_corners_are_thinned_until_the_layer_is_light_enough():
    x = np.linspace(50.0, 80.0, MOST_CORNERS * 2)
    wave = shapely.LineString(np.column_stack([x, 45 + 0.02 * np.sin(9_000 * x)]))
    shown = simplified(table([wave], name=["wave"]), LINE)
    assert shapely.get_num_coordinates(shown.geometry.to_numpy()).sum() <= MOST_CORNERS


def test_lines_that_could_be_nearest_are_kept_for_names_and_far_ones_are_not():
    near = shapely.LineString([(35.0, 40.0), (36.0, 40.0)])
    far = shapely.LineString([(-80.0, 40.0), (-79.0, 40.0)])
    assert names_table(table([near, far], name=["near", "far"]))["name"].tolist() == [
        "near"
    ]


def test_other_occurrences_leave_out_plants_doubts_twins_and_known_sites(layered):
    shown = layered.table("context-occurrences")
    assert shown["name"].tolist() == ["Copper Hill"]
    assert shown["occurrence_id"].tolist() == ["usgs-vms:1"]


def test_records_of_one_place_with_a_known_site_are_not_shown_again():
    rows = some_occurrences()
    rows.loc[0, "cluster_id"] = "usgs-ree:257"
    claims = gpd.GeoDataFrame(
        {"source": ["usgs-ree"], "record_id": ["257"]}, geometry=[None], crs=4326
    )
    assert "Copper Hill" not in set(context(rows, claims)["name"])


def test_the_share_of_each_state_is_counted_by_cells():
    known = np.array([True, True, False, True, False, False])
    state = np.int8([0, 0, 0, 2, 4, -1])
    assert shares_by_state(known, state) == pytest.approx(
        {"KAZ": 2 / 3, "TJK": 1.0, "UZB": 0.0}
    )


def test_the_manifest_tells_where_each_layer_is_known(layered):
    faults = layer_of(layered, "faults").coverage_by_state
    assert faults["KGZ"] > 0.95
    assert faults["TKM"] == 0.0
    assert 0.2 < faults["KAZ"] < 0.6
    assert layer_of(layered, "relief").coverage_by_state["UZB"] == 1.0
    for name in ("sutures", "railways", "places", "mineral-occurrences"):
        assert layer_of(layered, name).coverage_by_state is None


def test_the_manifest_tells_what_each_layer_is_used_for_and_where_it_is_from(layered):
    faults = layer_of(layered, "faults")
    (use,) = faults.uses
    assert use.deposit_type == "faulted"
    assert use.weight_share == 1
    assert faults.members[0].origin == "mirror"
    assert layer_of(layered, "mineral-occurrences").members[0].rebuilt


def test_the_area_a_layer_leaves_out_is_the_land_outside_its_coverage(layered):
    gaps = layered.table("coverage").set_index("layer")
    assert set(gaps.index) >= {"faults", "phosphatic-rocks"}
    assert not {"relief", "gravity", "sutures"} & set(gaps.index)
    west = gaps.geometry["faults"]
    assert west.is_valid
    assert shapely.intersects_xy(west, 57.0, 48.0)  # Aktobe
    assert not shapely.intersects_xy(west, 77.0, 43.0)  # Almaty
    assert not shapely.intersects_xy(west, 51.0, 42.0)  # the Caspian
    assert not shapely.intersects_xy(west, 60.0, 57.5)  # beyond the border
    share = layer_of(layered, "faults").unknown_share
    assert gaps["unknown_share"]["faults"] == pytest.approx(share)


def test_a_layer_known_everywhere_has_no_row_of_coverage():
    whole = LayerCoverage(
        layer="relief", title="", by_state={}, unknown_share=0.0, uncovered=None
    )
    assert len(coverage_table([whole])) == 0


def test_a_release_without_these_layers_has_none_of_their_tables(release):
    here = {item.id for item in release.manifest.layers}
    for name in set(DISPLAYS) - here - {"context-occurrences"}:
        assert not release.has_table(name)
