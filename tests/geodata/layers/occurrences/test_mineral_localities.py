"""Localities with minerals of rare earths: named, placed by others, never invented.

The lists written here are synthetic, in the columns of the source.
"""

import zipfile

import pytest

from geodata.errors import UnreadableFileError
from geodata.layers.occurrences.locality_positions import name_of
from geodata.layers.occurrences.mineral_localities import (
    FORMULAS,
    LISTS,
    NAMES,
    build_mineral_localities,
    has_rare_earths,
)
from geodata.layers.occurrences.tables import all_parts

TIN = ("gsc-tin-tungsten", "world_tin_tungsten_deposit-csv.zip")
ESPE = "Verkhnee Espe Massif (Verkhnee Espe Deposit), Tarbagatai Range, Kazakhstan"


def packed(path, member, lines):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "\n".join(lines) + "\n")
    return path


def lists(tmp_path, **localities):
    """Localities by number; each has a mineral of cerium and quartz."""
    rows = [
        f"{mineral},{number[1:]},O,1,2"
        for number in localities
        for mineral in ("Monazite-(Ce)", "Quartz")
    ]
    header = "mineral_name,mindat_id,age_type,min_age,max_age"
    named = [f'{number[1:]},"{name}"' for number, name in localities.items()]
    formulas = tmp_path / FORMULAS[1]
    formulas.write_text(
        "mineral_name,mineral_id,ima_chemistry,rruff_chemistry\n"
        "Monazite-(Ce),1,Ce(PO<sub>4</sub>),Ce^3+^(PO_4_)\n"
        "Quartz,2,SiO<sub>2</sub>,SiO_2_\n",
        encoding="utf-8",
    )
    return {
        LISTS[0]: packed(tmp_path / "1.zip", "one.csv", [header, *rows]),
        LISTS[1]: packed(tmp_path / "2.zip", "two.csv", [header]),
        NAMES: packed(
            tmp_path / "n.zip", "n.csv", ["mindat_id,locality_longname", *named]
        ),
        FORMULAS: formulas,
    }


def tin(tmp_path, *rows):
    header = "rec_id,depname,country,stprov,latitude,longitude,deptype,minmod_commodity"
    return {TIN: packed(tmp_path / TIN[1], "x/main.csv", [header, *rows])}


def test_a_known_site_gives_its_position_and_error_to_the_locality_of_its_name(
    tmp_path,
):
    row = build_mineral_localities(lists(tmp_path, n18519=ESPE)).table.iloc[0]
    assert (row.geometry.x, row.geometry.y) == pytest.approx((81.45, 48.18333))
    assert row["position_record"] == "usgs-major-deposits-1483"
    assert row["uncertainty_km"] == 10.0
    assert (row["minerals"], row["mineral_count"]) == ("Monazite-(Ce)", 2)
    assert row["locality_id"] == "18519"


@pytest.mark.parametrize(
    "name",
    [
        "Verkhnee Espe Massif, Somewhere, China",
        "Verkhnee Espe Meteorite, Tarbagatai Range, Kazakhstan",
        "Kazakhstan",
        "Nobody knows it Deposit, Tarbagatai Range, Kazakhstan",
    ],
)
def test_what_cannot_be_placed_on_the_ground_of_the_five_states_is_left_out(
    tmp_path, name
):
    files = lists(tmp_path, n1=name, n2=ESPE)
    assert build_mineral_localities(files).table["locality_id"].tolist() == ["2"]


def test_a_part_of_a_deposit_lies_where_the_deposit_does_not_where_its_namesake_does(
    tmp_path,
):
    files = lists(tmp_path, n1="Janet Occurrence, Kara-Oba W Deposit, Kazakhstan")
    files |= tin(
        tmp_path,
        "1,Janet,Kazakhstan,,47.53861,74.35694,,wolframite",
        "2,Kara-Oba,Kazakhstan,,47.26667,72.25,,wolframite",
    )
    row = build_mineral_localities(files).table.iloc[0]
    assert row["position_record"] == "gsc-tin-tungsten:2"
    assert row["uncertainty_km"] == 20.0


def test_two_records_of_one_name_far_apart_place_nothing(tmp_path):
    files = lists(tmp_path, n1="Akbulak Deposit, Kazakhstan", n2=ESPE)
    files |= tin(
        tmp_path,
        "1,Akbulak,Kazakhstan,,47.123,74.123,,wolframite",
        "2,Akbulak,Kazakhstan,,50.123,66.123,,wolframite",
    )
    product = build_mineral_localities(files)
    assert product.table["locality_id"].tolist() == ["2"]
    assert product.extra["without_position"] == ["Akbulak Deposit, Kazakhstan"]


def test_no_locality_at_all_is_an_empty_layer(tmp_path):
    product = build_mineral_localities(lists(tmp_path, n1="Kazakhstan"))
    assert len(product.table) == 0


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("Y^3+^F_3_", True),
        ("Sc<sub>2</sub>Si<sub>2</sub>O<sub>7</sub>", True),
        ("(Na,REE)TiO_3_", True),
        ("Ca_5_(PO_4_)_3_F", False),
        ("SiO<sub>2</sub>", False),
        ("", False),
    ],
)
def test_a_formula_tells_rare_earths(formula, expected):
    assert has_rare_earths(formula) is expected


def test_metals_before_the_word_deposit_are_no_part_of_a_name():
    assert {name.core for name in name_of("Khaidarkan Sb-Hg Deposit (Chaidarkan)")} == {
        name.core for name in name_of("Khaidarkan (Chaidarkan)")
    }


def test_a_file_of_something_else_is_named(tmp_path):
    files = lists(tmp_path, n1=ESPE)
    files[FORMULAS].write_text("this,that\n1,2\n", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="mineral_name"):
        build_mineral_localities(files)


def test_of_the_eight_localities_of_the_source_six_are_placed(shared):
    parts = (*LISTS, NAMES, FORMULAS, *all_parts())
    paths = {part: shared / "mirror" / part[0] / part[1] for part in parts}
    product = build_mineral_localities(
        {part: path for part, path in paths.items() if path.is_file()}
    )
    table = product.table.set_index("locality_id")
    assert len(table) == 6
    assert len(product.extra["without_position"]) == 2
    assert table.loc["3241", "position_record"] == "usgs-ree-173"  # Dara-i-Pioz
    assert table.loc["3241", "minerals"].count(",") == 27
    assert table.loc["2222", "uncertainty_km"] == 10.0  # Kara-Oba
