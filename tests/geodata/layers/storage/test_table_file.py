import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerFormatError
from geodata.layers.storage.table_file import (
    decode_csv,
    decode_table,
    encode_csv,
    encode_table,
    uniform_columns,
)

TEXTS = st.none() | st.text(st.characters(codec="utf-8"), max_size=8)
NUMBERS = st.none() | st.floats(allow_infinity=False)
WHOLE = st.integers(-(2**63), 2**63 - 1)
FLAGS = st.none() | st.booleans()


@st.composite
def tables(draw):
    count = draw(st.integers(0, 5))

    def column(elements):
        return draw(st.lists(elements, min_size=count, max_size=count))

    columns = {
        "text": pd.Series(column(TEXTS), dtype=object),
        "flag": pd.Series(column(FLAGS), dtype=object),
        "number": pd.Series(column(NUMBERS), dtype=float),
        "count": pd.Series(column(WHOLE), dtype="int64"),
    }
    return pd.DataFrame(
        {name: columns[name] for name in draw(st.permutations(sorted(columns)))}
    )


@given(tables())
def test_what_is_written_is_read_back_and_gives_the_same_bytes(table):
    content = encode_table(table)
    back = decode_table(content, "stones")
    assert list(back.columns) == ["count", "flag", "number", "text"]
    for name in back.columns:
        for was, now in zip(table[name], back[name], strict=True):
            assert (pd.isna(was) and pd.isna(now)) or was == now
    assert encode_table(back) == content
    assert (
        encode_table(table.iloc[:, ::-1].set_axis(range(9, 9 + len(table)))) == content
    )


def test_the_file_keeps_no_index_and_is_compressed_with_zstd():
    content = encode_table(pd.DataFrame({"a": ["x", "y"]}, index=[7, 8]))
    file = pq.ParquetFile(io.BytesIO(content))
    assert file.schema_arrow.names == ["a"]
    assert b"pandas" not in (file.schema_arrow.metadata or {})
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_infinite_numbers_are_unknown_and_whole_numbers_with_a_gap_are_numbers():
    table = uniform_columns(
        pd.DataFrame(
            {
                "a": [1.0, np.inf, -np.inf],
                "b": pd.Series([1, None, 3], dtype="Int64"),
                "c": [1, 2, 3],
            }
        )
    )
    assert table["a"].isna().tolist() == [False, True, True]
    assert table["b"].dtype == np.float64
    assert table["b"].isna().tolist() == [False, True, False]
    assert table["c"].dtype == np.int64


def test_a_column_without_any_value_counts_as_text():
    content = encode_table(pd.DataFrame({"a": [None, None]}))
    assert pq.read_schema(io.BytesIO(content)).field("a").type == pa.string()


def test_categories_are_written_as_what_they_stand_for():
    table = pd.DataFrame({"a": pd.Categorical(["x", None, "x"])})
    assert decode_table(encode_table(table), "stones")["a"].tolist()[::2] == ["x", "x"]


@pytest.mark.parametrize(
    "values",
    [["a", 1], [["a"], ["b"]], [{"a": 1}, None], [b"a", b"b"], [object(), object()]],
    ids=["mixed", "lists", "records", "bytes", "objects"],
)
def test_a_column_of_another_type_is_refused_by_name(values):
    with pytest.raises(LayerFormatError, match="'odd'"):
        encode_table(pd.DataFrame({"odd": pd.Series(values, dtype=object)}))


def test_dates_are_refused():
    with pytest.raises(LayerFormatError, match="timestamp"):
        encode_table(pd.DataFrame({"odd": pd.to_datetime(["2020-01-01"])}))


@pytest.mark.parametrize("names", [["a", "a"], ["a", 1]])
def test_columns_need_names_that_differ(names):
    table = pd.DataFrame([[1, 2]], columns=names)
    with pytest.raises(LayerFormatError, match="names of text that differ"):
        encode_table(table)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" * 9, b"name\nx\n"])
def test_bytes_that_are_no_parquet_are_an_error_not_a_crash(content):
    with pytest.raises(LayerFormatError, match="stones"):
        decode_table(content, "stones")


def test_csv_holds_every_value_as_text_and_what_is_missing_as_nothing():
    table = pd.DataFrame({"name": ["Ёлка, 1", None], "age": [1.5, np.nan]})
    text = encode_csv(table)
    assert text == 'age,name\n1.5,"Ёлка, 1"\n,\n'
    back = decode_csv(text.encode(), "stones")
    assert back.to_dict("list") == {"age": ["1.5", ""], "name": ["Ёлка, 1", ""]}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'a,b\n1,2\n1,2,3\n"'])
def test_bytes_that_are_no_csv_are_an_error_not_a_crash(content):
    with pytest.raises(LayerFormatError, match="stones"):
        decode_csv(content, "stones")
