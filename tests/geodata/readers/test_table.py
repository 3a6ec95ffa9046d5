"""Tables: every cell arrives as the text it is."""

import csv
import io

import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.limits import Limits
from geodata.readers.table import (
    delimiter_of,
    read_csv,
    read_spreadsheet,
    read_workbook,
)
from tests.geodata.readers import corpus

CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1, max_size=12
)

ROWS = "name;lon;lat\nКутессай;76,17;42,67\n"


def plain(folder, content):
    return corpus.plain(folder, "a.csv", content, "")[1]


def test_formulas_numbers_and_na_stay_text(tmp_path):
    cells = ["=1+1", "+7", "-2", "@SUM(A1)", "NA", "007", "1e5", "NULL", " x "]
    content = "name,n\n" + "".join(f'"{cell}",\n' for cell in cells)
    table = read_csv(plain(tmp_path, content.encode()), columns=("name", "n"))
    assert table["name"].tolist() == cells
    assert table["n"].tolist() == [""] * len(cells)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_what_python_writes_comes_back(folder, rows):
    text = io.StringIO()
    csv.writer(text).writerows([("one", "two"), *rows])
    table = read_csv(plain(folder, text.getvalue().encode()))
    assert [tuple(row) for row in table.itertuples(index=False)] == rows


def test_byte_order_mark_and_bad_bytes(tmp_path):
    content = b"\xef\xbb\xbfname , two\nM\xfcller,\x07\n"
    table = read_csv(plain(tmp_path, content))
    assert list(table.columns) == ["name", "two"]
    assert table.iloc[0].tolist() == ["M\ufffdller", "\x07"]


def test_short_rows_are_filled_and_another_delimiter_can_be_named(tmp_path):
    path = plain(tmp_path, b'a;b;\n1\n2;"x;y\nz";3\n')
    table = read_csv(path, delimiter=";")
    assert list(table.columns) == ["a", "b", "column 3"]
    assert table.iloc[0].tolist() == ["1", "", ""]
    assert table.iloc[1].tolist() == ["2", "x;y\nz", "3"]


def test_a_table_without_rows_has_its_columns(tmp_path):
    table = read_csv(plain(tmp_path, b"a,b\n"))
    assert (list(table.columns), len(table)) == (["a", "b"], 0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b",,,\n1,2,3,4\n",
        b"a,a\n1,2\n",
        b"a,b\n1,2,3,4\n",
        b'a,b\n"1,2\n' + b"x" * 1000,
    ],
)
def test_what_is_no_table_gets_a_clear_error(tmp_path, content):
    with pytest.raises(LayerFormatError, match=r"a\.csv"):
        read_csv(plain(tmp_path, content))


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1\0,2\n",
        "a,b\n1,2\n".encode("utf-16"),
        b"a,b\n" + b"x" * 3_000_000 + b",2\n",
        bytes(range(256)) * 40,
    ],
)
def test_odd_bytes_give_a_table_or_a_typed_error(tmp_path, content):
    try:
        table = read_csv(plain(tmp_path, content))
    except LayerFormatError:
        return
    assert all(isinstance(cell, str) for cell in table.to_numpy().ravel())


def test_too_many_cells_are_refused_before_they_are_made(tmp_path):
    path = plain(tmp_path, b"a,b\n" + b",\n" * 30)
    with pytest.raises(UnsafeFileError, match="50"):
        read_csv(path, limits=Limits(table_cells=50))
    with pytest.raises(UnsafeFileError, match="bytes"):
        read_csv(path, limits=Limits(text_bytes=50))
    with pytest.raises(UnsafeFileError, match="rows"):
        read_csv(path, limits=Limits(rows=5))


def test_a_missing_column_is_an_error_that_lists_what_came(tmp_path):
    path = plain(tmp_path, b"name,lat\n1,2\n")
    with pytest.raises(LayerFormatError, match=r"\['Lat', 'lon'\].*'name', 'lat'"):
        read_csv(path, columns=("name", "Lat", "lon"))


def test_a_member_is_found_by_how_its_name_ends(tmp_path):
    members = [("ree/main.csv", b"a\n1\n"), ("ree/other.csv", b"a\n2\n")]
    _, path = corpus.archive(tmp_path, [*members, ("ree/readme.txt", b"")])
    assert read_csv(path, member_suffix="other.csv")["a"].tolist() == ["2"]
    assert read_csv(path, member_suffix="main.csv")["a"].tolist() == ["1"]
    with pytest.raises(LayerFormatError, match="holds 2 files"):
        read_csv(path)
    with pytest.raises(LayerFormatError, match="holds 0 files"):
        read_csv(path, member_suffix="MAIN.csv")


@pytest.mark.parametrize(
    "name", [name for name in corpus.ARCHIVES if name != "not an archive"]
)
def test_a_hostile_archive_is_refused_here_too(tmp_path, name):
    _, path = corpus.ARCHIVES[name](tmp_path)
    with pytest.raises(LayerFormatError):
        read_csv(path, member_suffix=".geojson")


@pytest.mark.parametrize(
    ("file", "member", "rows"),
    [
        ("usgs-ree/main.csv", "", 799),
        ("usgs-ree/ree-csv.zip", "main.csv", 799),
        ("usgs-major-deposits/ofr20051294-csv.zip", "deposit.csv", 3168),
        ("usgs-laterite/laterite-csv.zip", "", 120),
        ("usgs-phosphate/phosphate-csv.zip", "", 1635),
        ("gsc-tin-tungsten/world_tin_tungsten_deposit-csv.zip", "main.csv", 954),
    ],
)
def test_the_real_tables_have_the_rows_we_know(shared, file, member, rows):
    table = read_csv(shared / "mirror" / file, member_suffix=member)
    assert len(table) == rows


def write(tmp_path, content):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_table_is_read_however_its_cells_are_parted(tmp_path, encoding, sign):
    text = f"name{sign}status\nКутессай{sign}mine\n"
    table = read_spreadsheet(write(tmp_path, text.encode(encoding)))
    assert table.to_dict("records") == [{"name": "Кутессай", "status": "mine"}]


def test_a_table_in_an_old_code_page_is_refused_with_the_remedy(tmp_path):
    path = write(tmp_path, ROWS.encode("cp1251"))
    with pytest.raises(LayerFormatError, match=r"Windows-1251.*CSV UTF-8"):
        read_spreadsheet(path)


def test_a_code_page_that_is_not_cyrillic_is_not_called_so(tmp_path):
    path = write(tmp_path, "name,lon\nGrube Süd,7\n".encode("latin-1"))
    with pytest.raises(LayerFormatError) as caught:
        read_spreadsheet(path)
    assert "Windows-1251" not in str(caught.value)


def test_a_decimal_comma_stays_in_its_cell(tmp_path):
    table = read_spreadsheet(write(tmp_path, ROWS.encode()))
    assert table.loc[0, "lon"] == "76,17"


@given(st.lists(st.text("abcxyz", min_size=1, max_size=6), min_size=1, max_size=6))
def test_an_ordinary_table_reads_as_a_publishers_does(tmp_path_factory, cells):
    names = [f"column{number}" for number in range(len(cells))]
    folder = tmp_path_factory.mktemp("table")
    path = write(folder, (",".join(names) + "\n" + ",".join(cells) + "\n").encode())
    assert read_spreadsheet(path).equals(read_csv(path))


def test_commas_inside_names_do_not_win_over_semicolons():
    assert delimiter_of('"place, district";lon;lat\n') == ";"


def test_a_workbook_is_read_as_text_sheet_by_sheet(tmp_path):
    path = tmp_path / "points.xlsx"
    table = pd.DataFrame({"name": ["Чу", None], "lon": [70.5, 71.0], "n": [1, 2]})
    pyogrio.write_dataframe(table, path, driver="XLSX", layer="Лист 1")
    back = read_spreadsheet(path)
    assert back.columns.tolist() == ["name", "lon", "n"]
    assert back.to_numpy().tolist() == [["Чу", "70.5", "1"], ["", "71", "2"]]
    pyogrio.write_dataframe(table, path, driver="XLSX", layer="b", append=True)
    assert read_workbook(path, sheet="b").equals(back)
    with pytest.raises(LayerFormatError, match="'Лист 1', 'b'; expected exactly one"):
        read_workbook(path)
    path.write_bytes(b"name,lon")
    with pytest.raises(LayerFormatError, match="not an intact zip"):
        read_workbook(path)
