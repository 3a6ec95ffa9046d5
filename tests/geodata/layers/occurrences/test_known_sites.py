import math
from pathlib import Path

import geopandas as gpd
import pytest
from pyproj import Geod

import geodata
from geodata.errors import LayerFormatError, TamperedLayerError
from geodata.layers.occurrences.known_sites import (
    least_uncertainty_km,
    located,
    preferred,
    read_occurrences,
    sign_occurrences,
    sites,
)
from geodata.layers.storage.store import LayerStore, write_table
from geodata.provenance import Provenance

BUNDLE = Path(geodata.__file__).parent / "bundle"


@pytest.fixture(scope="module")
def claims() -> gpd.GeoDataFrame:
    return read_occurrences(LayerStore((BUNDLE,)))


@pytest.fixture(scope="module")
def record() -> Provenance:
    return LayerStore((BUNDLE,)).provenance("occurrences")


def _claim(claims: gpd.GeoDataFrame, occurrence_id: str):
    return claims.set_index("occurrence_id").loc[occurrence_id]


@pytest.mark.parametrize(
    ("record_id", "position", "code", "state"),
    [
        ("54", (39.53333, 70.78333), "carb", "KGZ"),
        ("173", (39.41667, 70.73333), "alk-ig", "KGZ"),
        ("198", (39.75, 70.0), "alk-ig", "KGZ"),
        ("199", (47.88333, 66.41667), "alk-ig", "KAZ"),
        ("211", (42.66667, 76.16667), "alk-ig", "KGZ"),
        ("212", (42.35, 75.91667), "alk-ig", "KGZ"),
        ("257", (50.76667, 77.03333), "alk-ig", "KAZ"),
    ],
)
def test_the_seven_located_rows_of_the_usgs_table_stand_as_published(
    claims, record_id, position, code, state
):
    row = _claim(claims, f"usgs-ree-{record_id}")
    assert (row["lat"], row["lon"]) == position
    assert (row.geometry.y, row.geometry.x) == position
    assert row["deposit_type_source"] == code
    assert row["country_by_polygon"] == state
    assert row["ree_evidence"] == "direct"


@pytest.mark.parametrize("record_id", ["338", "732", "774"])
def test_rows_without_a_position_have_no_geometry_and_no_numbers(claims, record_id):
    row = _claim(claims, f"usgs-ree-{record_id}")
    assert row.geometry is None
    assert all(math.isnan(row[name]) for name in ("lon", "lat", "uncertainty_km"))
    assert row["country_by_polygon"] == ""


def test_dara_pioz_keeps_the_state_of_the_source_beside_that_of_the_polygon(claims):
    row = _claim(claims, "usgs-ree-173")
    assert (row["country_text"], row["country_by_polygon"]) == ("Tajikistan", "KGZ")


def test_kutessay_lies_midway_between_the_two_records_that_agree(claims):
    geod = Geod(ellps="WGS84")
    chosen = _claim(claims, "atlas-kutessay-ii")
    for other in ("usgs-mrds-10207324", "usgs-major-deposits-1494"):
        row = _claim(claims, other)
        metres = geod.inv(chosen["lon"], chosen["lat"], row["lon"], row["lat"])[2]
        assert metres == pytest.approx(2_800, abs=20)
    assert chosen["preferred"]
    assert chosen["uncertainty_km"] == 5


def test_no_position_is_said_to_be_better_than_the_way_it_is_written(claims):
    for _, row in located(claims).iterrows():
        least = least_uncertainty_km(row["lon"], row["lat"], source=row["source"])
        assert row["uncertainty_km"] >= least, row["occurrence_id"]


def test_a_claim_reaches_at_least_to_the_preferred_position_of_its_site(claims):
    geod = Geod(ellps="WGS84")
    chosen = preferred(claims).set_index("site")
    for _, row in located(claims).iterrows():
        home = chosen.loc[row["site"]]
        metres = geod.inv(row["lon"], row["lat"], home["lon"], home["lat"])[2]
        assert row["uncertainty_km"] >= metres / 1_000, row["occurrence_id"]


def test_every_source_of_a_claim_is_cited_in_the_record(claims, record):
    assert set(claims["source"]) == set(record.extra["sources"])


def test_every_claim_of_a_web_table_links_to_its_record(claims):
    usgs = claims[claims["source"].isin(["usgs-ree", "usgs-mrds"])]
    for _, row in usgs.iterrows():
        assert row["record_url"].endswith(f"id={row['record_id']}")


def test_an_assigned_type_says_that_the_assignment_is_ours(claims):
    for site, rows in claims.groupby("site"):
        if any(rows["deposit_type"]):
            assert any("assigned by the atlas" in note for note in rows["note"]), site
            assert rows["deposit_type"].nunique() == 1, site


def test_turkmenistan_has_no_row_and_the_other_four_states_have(claims):
    texts = set(claims["country_text"])
    assert texts == {"Kazakhstan", "Kyrgyzstan", "Tajikistan", "Uzbekistan"}


def test_sites_count_claims_and_measure_their_spread(claims):
    table = sites(claims).set_index("site")
    assert table.loc["Kutessay II", "claims"] == 5
    assert table.loc["Kutessay II", "spread_km"] == pytest.approx(24.1, abs=0.1)
    assert table.loc["Syrymbet", "spread_km"] == pytest.approx(44.4, abs=0.1)
    assert math.isnan(table.loc["Tleumbetskii", "spread_km"])
    assert table.index.is_unique
    assert set(table.index) == set(claims["site"])


def test_a_site_takes_its_position_from_one_claim_and_its_evidence_from_all(claims):
    ingichke = sites(claims).set_index("site").loc["Ingichke"]
    assert ingichke["occurrence_id"] == "usgs-major-deposits-1885"
    assert ingichke["ree_evidence"] == "direct"


def test_sites_known_by_name_only_stay_without_geometry(claims):
    table = sites(claims).set_index("site")
    assert table.loc["Dunkeldyk"].geometry is None
    assert int(table.geometry.notna().sum()) == len(preferred(claims)) == 14


@pytest.mark.parametrize(
    ("lon", "lat", "source", "expected"),
    [
        (70.0, 40.0, "usgs-ree", 30),
        (70.0, 39.75, "usgs-ree", 15),
        (76.16667, 42.66667, "usgs-ree", 10),
        (76.1667, 42.6667, "usgs-ree", 10),
        (65.98333, 39.73778, "usgs-major-deposits", 5),
        (76.1339, 42.8481, "usgs-mrds", 20),
        (70.0, 40.0, "usgs-mrds", 30),
    ],
)
def test_the_way_a_position_is_written_limits_its_exactness(lon, lat, source, expected):
    assert least_uncertainty_km(lon, lat, source=source) == expected


def test_a_changed_table_is_refused(tmp_path, record):
    content = (BUNDLE / "occurrences.csv").read_text(encoding="utf-8")
    write_table(tmp_path, content, record)
    path = tmp_path / "occurrences.csv"
    path.write_text(content.replace("39.53333", "39.53334"), encoding="utf-8")
    with pytest.raises(TamperedLayerError, match=r"occurrences\.csv"):
        read_occurrences(LayerStore((tmp_path,)))


def test_signing_a_table_edited_by_hand_makes_it_readable_again(tmp_path, record):
    content = (BUNDLE / "occurrences.csv").read_text(encoding="utf-8")
    write_table(tmp_path, content, record)
    path = tmp_path / "occurrences.csv"
    path.write_text(content.replace("Occurrence", "Showing"), encoding="utf-8")
    signed = sign_occurrences(tmp_path)
    assert signed.sha256 != record.sha256
    assert signed.citation == record.citation
    assert "Showing" in set(read_occurrences(LayerStore((tmp_path,)))["status"])


def test_signing_refuses_a_wrong_table_and_leaves_its_record_alone(tmp_path, record):
    content = (BUNDLE / "occurrences.csv").read_text(encoding="utf-8")
    write_table(tmp_path, content, record)
    before = (tmp_path / "occurrences.json").read_bytes()
    path = tmp_path / "occurrences.csv"
    path.write_text(content.replace(",carbonatite,", ",gold,"), encoding="utf-8")
    with pytest.raises(LayerFormatError, match="gold"):
        sign_occurrences(tmp_path)
    assert (tmp_path / "occurrences.json").read_bytes() == before
