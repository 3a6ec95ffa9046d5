"""Mines and plants: odd rows of the sheet, and the sheet of the folder beside it.

The rows written here are synthetic, in the columns of the source.
"""

import pandas as pd
import pyogrio
import pytest

from geodata.errors import LayerFormatError
from geodata.layers.mines import MINES, SHEET, build_mines
from geodata.layers.occurrences.mineral_occurrences import bundled_states
from geodata.layers.occurrences.positions import states_at

USUAL = {
    "ICMMID": "ICMM1",
    "Confidence Factor": "High",
    "Mine Name ": "Kumtor",
    "Latitude": "41.85",
    "Longitude": "78.19",
    "Asset Type": "Mine;Smelter",
    "Country": "Kyrgyzstan",
    "Primary Commodity": "gold",
    "Secondary Commodity": "Silver",
    "Other Commodities": "gold;lead",
}


def sheet(tmp_path, *changes, without=()):
    table = pd.DataFrame([{**USUAL, **change} for change in changes])
    path = tmp_path / MINES[1]
    columns = table.drop(columns=list(without))
    pyogrio.write_dataframe(columns, path, driver="XLSX", layer=SHEET)
    return {MINES: path}


def test_a_row_becomes_a_point_with_its_kind_and_what_it_works(tmp_path):
    row = build_mines(sheet(tmp_path, {})).table.iloc[0]
    assert (row["id"], row["name"]) == ("ICMM1", "Kumtor")
    assert (row["kind"], row["commodities"]) == ("mine,smelter", "gold,silver,lead")
    assert (row.geometry.x, row.geometry.y) == (78.19, 41.85)
    assert row["uncertainty_km"] == 1.0


@pytest.mark.parametrize(
    ("confidence", "km"), [("High", 1.0), ("Moderate", 5.0), ("Very Low", 25.0)]
)
def test_the_confidence_of_the_source_is_the_error_of_the_position(
    tmp_path, confidence, km
):
    files = sheet(tmp_path, {"Confidence Factor": confidence})
    assert build_mines(files).table["uncertainty_km"].tolist() == [km]


def test_a_typographic_minus_is_a_minus_so_the_row_is_far_away(tmp_path):
    files = sheet(tmp_path, {"Longitude": "\u221278.19", "Country": "Peru"}, {})
    product = build_mines(files)
    assert len(product.table) == 1
    assert product.extra["left_out"]["without a position"] == 0


def test_odd_rows_are_left_out_and_counted(tmp_path):
    product = build_mines(
        sheet(
            tmp_path,
            {},
            {"Latitude": "", "Longitude": ""},
            {"Latitude": "north of here"},
            {"Latitude": "0", "Longitude": "0"},
            {"Country": "Chile"},
        )
    )
    assert len(product.table) == 1
    assert product.extra["left_out"] == {
        "without a position": 3,
        "far from their country": 1,
    }


def test_a_number_of_the_source_is_no_name(tmp_path):
    files = sheet(tmp_path, {"Mine Name ": "Kyrgy12"}, {"Mine Name ": "Sayak 4"})
    names = build_mines(files).table["name"]
    assert names.isna().tolist() == [True, False]


def test_a_new_word_for_confidence_is_told(tmp_path):
    files = sheet(tmp_path, {"Confidence Factor": "Splendid"})
    with pytest.raises(LayerFormatError, match=r"Moderate.*some have Splendid"):
        build_mines(files)


def test_a_missing_column_is_told(tmp_path):
    files = sheet(tmp_path, {}, without=["Asset Type"])
    with pytest.raises(LayerFormatError, match="Asset Type"):
        build_mines(files)


def test_the_sheet_of_the_source_has_108_sites_in_four_states(shared):
    table = build_mines({MINES: shared / "mirror" / MINES[0] / MINES[1]}).table
    lon, lat = table.geometry.x.to_numpy(), table.geometry.y.to_numpy()
    found = pd.Series(states_at(bundled_states(), lon, lat)).value_counts()
    assert found.drop("").to_dict() == {"KAZ": 81, "UZB": 11, "KGZ": 8, "TJK": 8}
    assert set(table["uncertainty_km"]) == {1.0, 5.0, 25.0}
