import csv
import io
import math

import pytest

from geodata.errors import LayerFormatError
from geodata.layers.occurrences.known_sites_file import COLUMNS, parse_occurrences

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
    table = parse_occurrences(_table({}))
    assert table.crs == "EPSG:4326"
    assert (table.geometry.iloc[0].x, table.geometry.iloc[0].y) == (75.91667, 42.35)
    assert table["preferred"].dtype == bool


def test_a_site_known_by_name_only_is_kept_without_geometry():
    table = parse_occurrences(_table(NO_POSITION))
    assert table.geometry.iloc[0] is None
    assert math.isnan(table["lon"].iloc[0])


def test_an_empty_table_is_a_table_without_rows():
    table = parse_occurrences(_table())
    assert len(table) == 0
    assert table.crs == "EPSG:4326"


def test_columns_are_read_by_name_whatever_their_order_and_a_byte_order_mark():
    content = b"\xef\xbb\xbf" + _table({}, columns=tuple(reversed(COLUMNS)))
    assert parse_occurrences(content)["site"].tolist() == ["Kyzyl-Ompul"]


def test_a_missing_column_is_named_with_the_columns_that_came():
    content = _table({}, columns=tuple(name for name in COLUMNS if name != "lon"))
    with pytest.raises(LayerFormatError, match=r"lacks the column lon.*occurrence_id"):
        parse_occurrences(content)


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
        parse_occurrences(_table(change))


def test_a_site_has_one_preferred_claim_and_not_two():
    with pytest.raises(LayerFormatError, match="Kyzyl-Ompul has 2"):
        parse_occurrences(_table({}, {"occurrence_id": "usgs-ree-213"}))


def test_two_claims_cannot_share_an_id():
    with pytest.raises(LayerFormatError, match="'usgs-ree-212' occurs more than once"):
        parse_occurrences(_table({}, {"preferred": "false"}))


def test_a_row_with_too_few_or_too_many_fields_is_refused():
    header, row = _table({}).decode().splitlines()
    for broken in (row.rsplit(",", 1)[0], row + ",more"):
        with pytest.raises(LayerFormatError, match="same number of fields"):
            parse_occurrences(f"{header}\n{broken}\n".encode())


def test_bytes_that_are_not_text_are_refused():
    with pytest.raises(LayerFormatError, match="UTF-8"):
        parse_occurrences(b"\xff\xfe\x00")
