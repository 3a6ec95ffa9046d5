import json

import pandas as pd
import pytest

from geodata.errors import LayerFormatError
from geodata.layers.occurrences.column_map import EXTRA, TARGETS, map_columns

MAP = {
    "record_id": ("rec_id", "id"),
    "name": ("site_name", "name"),
    "lon": ("longitude",),
    "lat": ("latitude",),
    "host_rock": ("host",),
}
REQUIRED = ("record_id", "name", "lon", "lat")


def table(**columns):
    return pd.DataFrame({name: [value] for name, value in columns.items()})


def mapped(frame, **rest):
    return map_columns(frame, MAP, required=REQUIRED, name="A table", **rest).loc[0]


def test_case_and_blanks_of_a_column_name_do_not_count():
    row = mapped(
        table(
            **{" REC_ID ": "7", "Name": "Espe", "LONGITUDE": "81.4", "Latitude": "48"}
        )
    )
    assert (row["record_id"], row["name"], row["lon"]) == ("7", "Espe", "81.4")


def test_the_first_candidate_that_is_there_wins():
    row = mapped(
        table(
            id="2",
            rec_id="1",
            name="second",
            site_name="first",
            longitude="1",
            latitude="2",
        )
    )
    assert (row["record_id"], row["name"]) == ("1", "first")


def test_a_missing_required_column_is_named_with_all_that_came():
    frame = table(id="1", name="Espe", easting="500000", northing="5300000")
    with pytest.raises(
        LayerFormatError, match=r"A table lacks .*lon from longitude"
    ) as caught:
        mapped(frame)
    assert "'id', 'name', 'easting', 'northing'" in str(caught.value)
    assert "sources/catalogue" in str(caught.value)


def test_what_no_target_takes_is_kept_as_json_and_so_is_what_has_no_column():
    frame = table(
        id="1", name="Espe", longitude="1", latitude="2", host="granite", x_y=5, z=""
    )
    row = mapped(frame, keep_rest=True)
    assert json.loads(row[EXTRA]) == {"host_rock": "granite", "x_y": "5"}
    assert mapped(frame)[EXTRA] == ""


def test_numbers_become_text_without_a_point_that_was_never_written():
    row = mapped(table(id=7.0, name=None, longitude=81.45, latitude=float("nan")))
    assert (row["record_id"], row["name"], row["lon"], row["lat"]) == (
        "7",
        "",
        "81.45",
        "",
    )


def test_control_signs_go_and_windows_quotation_marks_come_back():
    row = mapped(table(id="1", name="Sokol\x92noe\x00", longitude="1", latitude="2"))
    assert row["name"] == "Sokol’noe"


def test_every_target_is_there_even_from_an_empty_table():
    frame = pd.DataFrame({"id": [], "name": [], "longitude": [], "latitude": []})
    result = map_columns(frame, MAP, required=REQUIRED, name="x", keep_rest=True)
    assert list(result.columns) == [*TARGETS, EXTRA]
    assert result.empty
