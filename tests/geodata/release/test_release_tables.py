import json

import numpy as np
import pytest
import shapely

from geodata.prospects.rank import COLUMNS
from geodata.region import CAUTION


def test_prospects_lie_in_the_five_states_and_are_ranked(release):
    table = release.prospects
    assert set(COLUMNS) <= set(table.columns)
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    for _, own in table.groupby("deposit_type"):
        assert own["rank_in_type"].tolist() == list(range(1, len(own) + 1))
        assert own["favourability"].is_monotonic_decreasing
    assert table["rank_in_type"].is_monotonic_increasing  # types take equal turns
    assert table["id"].is_unique
    assert table.crs.to_epsg() == 4326
    assert table.geometry.is_valid.all()
    states = shapely.union_all(release.table("states").geometry.to_numpy())
    for point in shapely.points(table["lon"], table["lat"]):
        assert states.covers(point)


def test_every_prospect_has_an_explanation_and_nothing_like_a_tonnage(release):
    assert set(release.explanations) == set(release.prospects["id"])
    words = {word for name in release.prospects.columns for word in name.split("_")}
    assert not words & {"tonnage", "grade", "resource", "reserve", "ore"}


def test_scores_and_shares_are_between_0_and_1(release):
    table = release.prospects
    for column in ("favourability", "p10", "p50", "p90", "coverage", "top10_share"):
        assert table[column].between(0, 1).all(), column
    assert (table["p10"] <= table["p90"]).all()
    for _, own in table.groupby("deposit_type"):
        assert own["top10_share"].sum() == pytest.approx(min(10, len(own)))


def test_the_report_tells_where_every_known_site_falls(release):
    report = release.validation.known_sites
    sites = release.table("occurrences")
    located = sites[sites["preferred"]]
    assert {row.site for row in report.sites} == set(located["site"])
    assert report.own.n + report.own.unknown <= len(located)
    for row in report.own.capture:
        assert row.low <= row.share <= row.high


def test_coverage_classes_share_out_all_cells(release):
    for found in release.validation.known_sites.coverage.values():
        assert found.low + found.middle + found.high == pytest.approx(1)


def test_the_caution_stands_in_the_manifest(release):
    assert release.manifest.caution == CAUTION


def test_figures_are_there_and_are_pictures(release):
    for name in ("prospects.png", "capture.png"):
        content = (release.folder / "figures" / name).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) > 10_000


def test_percentiles_of_measurements_ascend(release):
    for item in release.manifest.measurements:
        if percentiles := item.background.percentiles:
            assert len(percentiles) == 101
            assert (np.diff(percentiles) >= 0).all()


def test_json_of_a_release_holds_no_nan(release):
    for name in ("explanations.json", "validation.json", "manifest.json"):
        text = (release.folder / name).read_text(encoding="utf-8")
        json.loads(text, parse_constant=pytest.fail)
