import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerFormatError
from geodata.readers.table import (
    delimiter_of,
    read_csv,
    read_spreadsheet,
    read_workbook,
)

ROWS = "name;lon;lat\nКутессай;76,17;42,67\n"


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
