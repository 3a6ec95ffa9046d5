"""The layers of occurrences say what the notes on occurrences say, on real rows.

The rows come from the folder beside the project; most are reconstructions in the
layout of the publisher's file, and every count is that of the notes, section 2.
"""

import pandas as pd
import pytest
from scipy.spatial import KDTree

from geodata.layers.occurrences.mineral_occurrences import (
    build_occurrences,
    build_unlocated,
)
from geodata.layers.occurrences.phosphatic_rocks import build_phosphatic_rocks
from geodata.layers.occurrences.positions import RADIUS_KM, unit_vectors
from geodata.layers.occurrences.samples import (
    BESIDE_KM,
    background,
    labels,
    region_records,
)
from geodata.layers.occurrences.tables import all_parts
from geodata.layers.occurrences.vocabulary import deposit_types

# Located rows in KAZ, KGZ, TJK, TKM, UZB by polygon.
COUNTS = {
    "usgs-ree": (2, 5, 0, 0, 0),
    "usgs-major-deposits": (139, 20, 13, 7, 20),
    "usgs-ofr20151121": (0, 1, 24, 8, 104),
    "usgs-phosphate": (18, 1, 0, 0, 0),
    "gsc-tin-tungsten": (14, 10, 5, 0, 8),
    "usgs-sir20105090z": (196, 6, 0, 0, 4),
    "usgs-potash": (76, 0, 5, 26, 35),
    "usgs-vms": (46, 0, 0, 0, 5),
    "usgs-sedcu": (34, 11, 4, 0, 1),
    "usgs-porcu": (26, 1, 0, 0, 4),
    "usgs-sedznpb": (14, 1, 1, 0, 1),
    "usgs-sedexmvt": (0, 1, 0, 0, 0),
    "usgs-laterite": (3, 0, 0, 0, 0),
    "usgs-carbonatite": (0, 0, 0, 0, 0),
    "usgs-podchrome": (0, 0, 0, 0, 0),
    "usgs-sedau": (0, 0, 0, 0, 0),
    "usgs-pp1802": (35, 4, 2, 0, 7),
    "usgs-mrds": (59, 5, 15, 0, 22),
}
LOCATED = {
    "usgs-ree": 577,
    "usgs-major-deposits": 3161,
    "usgs-ofr20151121": 446,
    "usgs-phosphate": 1187,
    "gsc-tin-tungsten": 954,
    "usgs-sir20105090z": 3399,
    "usgs-potash": 981,
    "usgs-vms": 1090,
    "usgs-sedcu": 785,
    "usgs-porcu": 690,
    "usgs-sedznpb": 506,
    "usgs-sedexmvt": 240,
    "usgs-laterite": 120,
    "usgs-carbonatite": 60,
    "usgs-podchrome": 1045,
    "usgs-sedau": 123,
    "usgs-pp1802": 2121,
    "usgs-mrds": 187,
}
STATES = ("KAZ", "KGZ", "TJK", "TKM", "UZB")


@pytest.fixture(scope="module")
def files(shared):
    mirror = shared / "mirror"
    paths = {part: mirror / part[0] / part[1] for part in all_parts()}
    return {part: path for part, path in paths.items() if path.is_file()}


@pytest.fixture(scope="module")
def product(files):
    return build_occurrences(files)


@pytest.fixture(scope="module")
def table(product):
    return product.table


@pytest.fixture(scope="module")
def unlocated(files):
    return build_unlocated(files).table


@pytest.fixture(scope="module")
def by_id(table):
    return table.set_index("occurrence_id")


def test_every_located_row_of_every_table_is_kept(table):
    assert table["source_id"].value_counts().to_dict() == LOCATED
    assert table["occurrence_id"].is_unique


def test_the_rows_of_each_state_are_those_that_were_counted_by_hand(table):
    found = pd.crosstab(table["source_id"], table["country"])
    for source, expected in COUNTS.items():
        assert tuple(found.loc[source, list(STATES)]) == expected, source
    assert int((table["country"] != "").sum()) == 1049


@pytest.mark.parametrize(
    ("record", "position", "state", "code"),
    [
        ("54", (39.5333, 70.7833), "KGZ", "carb"),
        ("173", (39.4167, 70.7333), "KGZ", "alk-ig"),
        ("198", (39.75, 70.0), "KGZ", "alk-ig"),
        ("199", (47.8833, 66.4167), "KAZ", "alk-ig"),
        ("211", (42.6667, 76.1667), "KGZ", "alk-ig"),
        ("212", (42.35, 75.9167), "KGZ", "alk-ig"),
        ("257", (50.7667, 77.0333), "KAZ", "alk-ig"),
    ],
)
def test_the_seven_rare_earth_rows_stand_where_they_are_published(
    by_id, record, position, state, code
):
    row = by_id.loc[f"usgs-ree:{record}"]
    assert (row["lat"], row["lon"]) == pytest.approx(position, abs=5e-5)
    assert (row["country"], row["deposit_type_source"]) == (state, code)
    assert row["ree_evidence"] == "direct"
    assert not row["rebuilt"]


@pytest.mark.parametrize("record", ["732", "774", "338"])
def test_three_rare_earth_rows_of_the_region_have_no_position(unlocated, by_id, record):
    assert f"usgs-ree:{record}" in set(unlocated["occurrence_id"])
    assert f"usgs-ree:{record}" not in by_id.index


@pytest.mark.parametrize(
    "record", ["usgs-ree:99", "usgs-vms:1375", "usgs-ree:136", "usgs-vms:1353"]
)
def test_points_on_a_wrong_continent_are_kept_and_used_for_nothing(
    table, by_id, record
):
    row = by_id.loc[record]
    assert row["quarantined"]
    assert not row["preferred"]
    for kind in deposit_types():
        assert record not in set(labels(table, kind)["occurrence_id"])
        assert record not in set(background(table, kind)["occurrence_id"])


WRONG = {
    "usgs-pp1802:156": "Qatpar",
    "usgs-pp1802:652": "Arqalyk",
    "usgs-pp1802:654": "Astana",
    "usgs-pp1802:937": "Pavlodar",
    "usgs-pp1802:996": "Shimkent",
    "usgs-pp1802:1055": "Winterville",
    "usgs-pp1802:1450": "Plant in Stepnogorsk",
    "usgs-mrds:10055824": "Akchatau",
    "usgs-mrds:10085918": "Koktenkol",
    "usgs-mrds:10230826": "Maykhura",
}


def test_records_known_to_be_wrong_are_the_ones_that_are_meant(by_id):
    rows = by_id.loc[list(WRONG)]
    assert rows["name"].tolist() == list(WRONG.values())
    assert rows["quarantined"].all()
    assert (rows["reason"] != "").all()


def test_kutessay_of_the_critical_minerals_lies_within_two_km_of_mrds(by_id):
    here, there = by_id.loc[["usgs-pp1802:1443", "usgs-mrds:10207324"]].geometry
    assert here.distance(there) * 111 < 2.5
    assert by_id.loc["usgs-pp1802:1443", "preferred"]


def test_few_records_contradict_themselves_so_the_test_is_not_too_sharp(table):
    assert 20 <= int(table["quarantined"].sum()) <= 40


def test_eight_records_of_one_point_are_one_place(table):
    rows = table[(table["source_id"] == "usgs-phosphate") & (table["country"] == "KAZ")]
    assert int(rows["shared_point"].sum()) == 10
    at_point = rows[rows["lon"].sub(57.167).abs() < 0.01]
    assert len(at_point) == 8
    assert set(at_point["cluster_id"]) == {"usgs-phosphate:723"}


def test_dara_pioz_keeps_the_state_of_its_source_beside_that_of_the_polygon(by_id):
    row = by_id.loc["usgs-ree:173"]
    assert (row["country_text"], row["country"]) == ("Tajikistan", "KGZ")


def test_records_in_another_state_than_they_name_are_listed(product):
    listed = set(product.extra["country_disagreements"])
    assert {"usgs-ree:173", "usgs-major-deposits:1506", "usgs-vms:1375"} <= listed
    assert "usgs-ree:211" not in listed
    assert 10 <= len(listed) <= 30


def test_the_record_of_the_layer_names_its_tables_and_the_rebuilt_ones(product):
    assert product.extra["rows"] == LOCATED
    assert set(product.extra["rebuilt"]) == set(LOCATED) - {
        "usgs-ree",
        "usgs-pp1802",
        "usgs-major-deposits",
        "usgs-sir20105090z",
    }
    assert "usgs-ree/main.csv" in product.extra["parts"]


def test_the_three_kundybai_records_stay_three(by_id):
    ids = [f"usgs-major-deposits:{number}" for number in (1444, 1445, 1446)]
    assert by_id.loc[ids[1], "ree_evidence"] == "direct"
    assert by_id.loc[ids[0], "commodities"] == "Zr"
    assert by_id.loc[ids, "cluster_id"].is_unique


def test_janytas_is_one_place_and_its_outlier_does_not_speak_for_it(by_id):
    place = by_id[by_id["cluster_id"] == by_id.loc["usgs-phosphate:735", "cluster_id"]]
    assert {"usgs-major-deposits:1976", "usgs-major-deposits:1998"} <= set(place.index)
    assert place["cluster_spread_km"].iloc[0] == pytest.approx(31.8, abs=0.5)
    assert place.index[place["preferred"]].tolist() == ["usgs-major-deposits:1976"]


def test_ingichke_of_three_tables_is_one_place_16_km_wide(by_id):
    row = by_id.loc["usgs-major-deposits:1885"]
    assert row["cluster_id"] == by_id.loc["gsc-tin-tungsten:981", "cluster_id"]
    assert row["cluster_spread_km"] == pytest.approx(16.5, abs=0.1)
    assert row["cluster_lineages"] == 3


def test_each_place_with_a_usable_record_has_one_that_is_preferred(table):
    usable = table[~table["quarantined"] & ~table["is_facility"]]
    assert set(usable.groupby("cluster_id")["preferred"].sum()) == {1}
    assert not table.loc[table["quarantined"] | table["is_facility"], "preferred"].any()


def test_minerals_come_from_the_copy_and_rare_earths_stay_a_group(by_id):
    assert "bastnasite" in by_id.loc["usgs-ree:344", "minerals"]
    assert by_id.loc["usgs-carbonatite:1", "commodities"] == "Nb,REE"
    assert by_id.loc["usgs-carbonatite:1", "rebuilt"]


def test_the_known_rare_earth_records_of_the_states_are_twelve(table):
    records = region_records(table)
    inside = records[records["country_by_polygon"] != ""]
    assert sorted(inside["occurrence_id"]) == sorted(
        [
            *(f"usgs-ree-{number}" for number in (54, 173, 198, 199, 211, 212, 257)),
            "usgs-major-deposits-1445",
            "usgs-major-deposits-1494",
            "usgs-ofr20151121-345",
            "usgs-pp1802-1443",
            "usgs-mrds-10207324",
        ]
    )
    assert set(records.groupby("site")["preferred"].sum()) == {1}


def test_labels_are_fewer_than_their_records_and_clay_has_too_few_to_learn_from(table):
    counts = {kind: len(labels(table, kind)) for kind in deposit_types()}
    assert 250 <= counts["carbonatite"] <= 306
    assert 200 <= counts["placer"] <= 234
    assert 15 <= counts["phosphorite"] <= 25
    assert counts["clay-hosted"] == 7
    assert counts["peralkaline"] == counts["black-shale"] == 0


def test_the_background_lies_apart_from_the_labels_one_a_cell(table):
    def points(rows):
        return unit_vectors(rows["lon"].to_numpy(), rows["lat"].to_numpy())

    found = background(table, "carbonatite")
    cells = set(zip(found["lon"] // 0.25, found["lat"] // 0.25, strict=True))
    assert len(cells) == len(found) > 5_000
    chords, _ = KDTree(points(labels(table, "carbonatite"))).query(points(found))
    assert chords.min() * RADIUS_KM >= 0.99 * BESIDE_KM
    assert not found["name"].str.contains("Kringlerne|Motzfeldt|Verkhnee Espe").any()


def test_phosphatic_rocks_name_their_records_and_cover_100_km_around_them(files):
    product = build_phosphatic_rocks(files)
    assert product.extra["made_from_occurrences"] is True
    records = set(",".join(product.table["record_ids"]).split(","))
    assert "usgs-ofr20151121:345" in records
    assert product.coverage.contains(product.table.geometry.to_numpy()).all()
    assert 200 <= len(product.table) <= 400
