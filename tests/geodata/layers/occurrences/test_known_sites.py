import csv
import io
import math
from pathlib import Path

import geopandas as gpd
import pytest
from geopandas.testing import assert_geodataframe_equal
from pyproj import Geod

import geodata
from geodata.errors import LayerFormatError
from geodata.layers.occurrences.known_sites import (
    COLUMNS,
    TABLE_PATH,
    located,
    parse_known_sites,
    preferred,
    read_known_sites,
    stage_known_sites,
)
from geodata.layers.occurrences.positions import least_uncertainty_km
from geodata.layers.storage.publication import publish
from geodata.layers.store import LayerStore
from geodata.provenance import Provenance

BUNDLE = Path(geodata.__file__).parent / "bundle"


@pytest.fixture(scope="module")
def records() -> gpd.GeoDataFrame:
    return read_known_sites(LayerStore((BUNDLE,)))


@pytest.fixture(scope="module")
def record() -> Provenance:
    return LayerStore((BUNDLE,)).provenance("occurrences")


def _claim(records: gpd.GeoDataFrame, occurrence_id: str):
    return records.set_index("occurrence_id").loc[occurrence_id]


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
    records, record_id, position, code, state
):
    row = _claim(records, f"usgs-ree-{record_id}")
    assert (row["lat"], row["lon"]) == position
    assert (row.geometry.y, row.geometry.x) == position
    assert row["deposit_type_source"] == code
    assert row["country_by_polygon"] == state
    assert row["ree_evidence"] == "direct"


@pytest.mark.parametrize("record_id", ["338", "732", "774"])
def test_rows_without_a_position_have_no_geometry_and_no_numbers(records, record_id):
    row = _claim(records, f"usgs-ree-{record_id}")
    assert row.geometry is None
    assert all(math.isnan(row[name]) for name in ("lon", "lat", "uncertainty_km"))
    assert row["country_by_polygon"] == ""


def test_dara_pioz_keeps_the_state_of_the_source_beside_that_of_the_polygon(records):
    row = _claim(records, "usgs-ree-173")
    assert (row["country_text"], row["country_by_polygon"]) == ("Tajikistan", "KGZ")


def test_kutessay_lies_where_three_of_four_records_agree(records):
    geod = Geod(ellps="WGS84")
    chosen = _claim(records, "usgs-pp1802-1443")
    away_km = {
        other: geod.inv(chosen["lon"], chosen["lat"], row["lon"], row["lat"])[2] / 1e3
        for other in ("usgs-mrds-10207324", "usgs-major-deposits-1494", "usgs-ree-211")
        for row in [_claim(records, other)]
    }
    assert away_km == pytest.approx(
        {
            "usgs-mrds-10207324": 1.9,
            "usgs-major-deposits-1494": 5.7,
            "usgs-ree-211": 21.9,
        },
        abs=0.1,
    )
    assert chosen["preferred"]
    outlier = _claim(records, "usgs-ree-211")
    written = least_uncertainty_km(outlier["lon"], outlier["lat"], source="usgs-ree")
    assert away_km["usgs-ree-211"] > written


def test_no_position_is_said_to_be_better_than_the_way_it_is_written(records):
    for _, row in located(records).iterrows():
        least = least_uncertainty_km(row["lon"], row["lat"], source=row["source"])
        assert row["uncertainty_km"] >= least, row["occurrence_id"]


def test_a_claim_reaches_at_least_to_the_preferred_position_of_its_site(records):
    geod = Geod(ellps="WGS84")
    chosen = preferred(records).set_index("site")
    for _, row in located(records).iterrows():
        home = chosen.loc[row["site"]]
        metres = geod.inv(row["lon"], row["lat"], home["lon"], home["lat"])[2]
        assert row["uncertainty_km"] >= metres / 1_000, row["occurrence_id"]


def test_every_source_of_a_claim_is_cited_in_the_record(records, record):
    assert set(records["source"]) == set(record.extra["sources"])


def test_every_claim_of_a_web_table_links_to_its_record(records):
    usgs = records[records["source"].isin(["usgs-ree", "usgs-mrds"])]
    for _, row in usgs.iterrows():
        assert row["record_url"].endswith(f"id={row['record_id']}")


def test_an_assigned_type_says_that_the_assignment_is_ours(records):
    for site, rows in records.groupby("site"):
        if any(rows["deposit_type"]):
            assert any("assigned by the atlas" in note for note in rows["note"]), site
            assert rows["deposit_type"].nunique() == 1, site


def test_turkmenistan_has_no_row_and_the_other_four_states_have(records):
    texts = set(records["country_text"])
    assert texts == {"Kazakhstan", "Kyrgyzstan", "Tajikistan", "Uzbekistan"}


def test_the_layer_of_the_bundle_says_what_the_table_beside_the_code_says(
    records, record, tmp_path
):
    publish(tmp_path, [stage_known_sites(tmp_path)])
    again = LayerStore((tmp_path,))
    assert again.provenance("occurrences") == record
    written = parse_known_sites(TABLE_PATH.read_bytes())
    assert_geodataframe_equal(records, written)
    assert_geodataframe_equal(read_known_sites(again), written)


ROW = {
    "occurrence_id": "usgs-ree-212",
    "site": "Kyzyl-Ompul",
    "name": "Kyzyl-Ompul",
    "lon": "75.91667",
    "lat": "42.35000",
    "uncertainty_km": "10",
    "deposit_type": "carbonatite",
    "deposit_type_source": "alk-ig",
    "ree_evidence": "direct",
    "status": "Occurrence",
    "age": "Permian",
    "country_text": "Kyrgyzstan",
    "country_by_polygon": "KGZ",
    "source": "usgs-ree",
    "record_id": "212",
    "record_url": "",
    "note": "",
    "preferred": "true",
}
NO_POSITION = {"lon": "", "lat": "", "uncertainty_km": "", "preferred": "false"}


def _table(*changes: dict[str, str], columns=COLUMNS) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(ROW | change for change in changes)
    return text.getvalue().encode()


def test_a_row_becomes_a_point_with_longitude_first():
    table = parse_known_sites(_table({}))
    assert table.crs == "EPSG:4326"
    assert (table.geometry.iloc[0].x, table.geometry.iloc[0].y) == (75.91667, 42.35)
    assert table["preferred"].dtype == bool


def test_a_site_known_by_name_only_is_kept_without_geometry():
    table = parse_known_sites(_table(NO_POSITION))
    assert table.geometry.iloc[0] is None
    assert math.isnan(table["lon"].iloc[0])


def test_an_empty_table_is_a_table_without_rows():
    table = parse_known_sites(_table())
    assert len(table) == 0
    assert table.crs == "EPSG:4326"


def test_columns_are_read_by_name_whatever_their_order_and_a_byte_order_mark():
    content = b"\xef\xbb\xbf" + _table({}, columns=tuple(reversed(COLUMNS)))
    assert parse_known_sites(content)["site"].tolist() == ["Kyzyl-Ompul"]


def test_a_missing_column_is_named_with_the_columns_that_came():
    content = _table({}, columns=tuple(name for name in COLUMNS if name != "lon"))
    with pytest.raises(LayerFormatError, match=r"lacks the column lon.*occurrence_id"):
        parse_known_sites(content)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lon": "nan"}, r"Line 2.*in the region"),
        ({"lat": "inf"}, "in the region"),
        ({"lon": "42.35", "lat": "75.91667"}, "in the region"),
        ({"lon": "POINT"}, "as numbers"),
        ({"lat": ""}, "as numbers"),
        ({"uncertainty_km": ""}, "as numbers"),
        ({"uncertainty_km": "0"}, "positive uncertainty_km"),
        ({"uncertainty_km": "nan"}, "positive uncertainty_km"),
        ({"deposit_type": "gold"}, r"deposit_type.*found 'gold'"),
        ({"ree_evidence": "yes"}, "ree_evidence"),
        ({"preferred": "True"}, "preferred"),
        ({"site": " "}, "expected a site"),
        (NO_POSITION | {"preferred": "true"}, "to have a position"),
        ({"preferred": "false"}, "Kyzyl-Ompul has 0"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_what_was_expected(change, said):
    with pytest.raises(LayerFormatError, match=said):
        parse_known_sites(_table(change))


def test_a_site_has_one_preferred_claim_and_not_two():
    with pytest.raises(LayerFormatError, match="Kyzyl-Ompul has 2"):
        parse_known_sites(_table({}, {"occurrence_id": "usgs-ree-213"}))


def test_two_rows_cannot_share_an_id():
    with pytest.raises(LayerFormatError, match="'usgs-ree-212' occurs more than once"):
        parse_known_sites(_table({}, {"preferred": "false"}))


def test_a_row_with_too_few_or_too_many_fields_is_refused():
    header, row = _table({}).decode().splitlines()
    for broken in (row.rsplit(",", 1)[0], row + ",more"):
        with pytest.raises(LayerFormatError, match="same number of fields"):
            parse_known_sites(f"{header}\n{broken}\n".encode())


def test_bytes_that_are_not_text_are_refused():
    with pytest.raises(LayerFormatError, match="UTF-8"):
        parse_known_sites(b"\xff\xfe\x00")
