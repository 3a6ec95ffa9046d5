"""Every format, read by a program that is not ours, holds the same features."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.collection import Collection, Terms, make_collection
from app.columns import values_of
from app.excerpt import Source, whole
from app.formats import formats
from app.formats.csv import neutralise
from tests.app.formats.readers import READERS, ReadBack, workbook

SOURCE = Source(
    release="0123456789abcdef",
    caution="An aid. It is no estimate.",
    attribution="A <survey> & others",
    licence="CC BY 4.0",
    about="/about",
    address="/api/collections/x",
)
COLLECTIONS = (
    "prospects",
    "occurrences",
    "sites-without-position",
    "states",
    "towns",
    "terranes",
)
NAMES = tuple(form.name for form in formats())


def read_back(found: Collection, name: str, folder: Path) -> ReadBack:
    form = next(form for form in formats() if form.name == name)
    path = folder / f"{found.id}.{name}"
    path.write_bytes(form.write(whole(found, SOURCE)))
    return READERS[name](path, found.columns)


def as_written(value: object, name: str) -> object:
    """Return a value as the rules of a format leave it."""
    if isinstance(value, str):
        if name == "csv":  # no formula
            return neutralise(value)
        if name == "kml":  # XML 1.0 has no other signs
            return "".join(filter(is_of_xml, value))
    if name == "xlsx" and isinstance(value, float):  # a spreadsheet's digits
        return float(f"{value:.16g}")
    return value


def is_of_xml(sign: str) -> bool:
    return sign in "\t\n\r" or (sign >= " " and sign not in "\ufffe\uffff")


def compare(found: Collection, name: str, back: ReadBack) -> None:
    """Hold what was read against the collection: ids, values, types, geometry."""
    expected = {"id": list(found.ids)}
    for column in found.columns:
        values = values_of(found.table[column.name], slice(None))
        expected[column.name] = [as_written(value, name) for value in values]
    order = [back.values["id"].index(each) for each in found.ids]
    assert sorted(order) == list(range(len(found.ids)))
    for key, values in expected.items():
        read = [back.values[key][at] for at in order]
        assert read == values, key
        kinds = {type(value) for value in read} - {type(None)}
        wanted = {type(value) for value in values} - {type(None)}
        if name != "xlsx":  # a spreadsheet has one kind of number
            assert kinds == wanted, key
    if found.geometry_type and back.geometry is not None:
        for at, wanted in zip(order, found.geometry, strict=True):
            read = back.geometry[at]
            assert (read is None) == (wanted is None)
            assert wanted is None or shapely.equals_exact(read, wanted, tolerance=0)
            assert wanted is None or read.geom_type == wanted.geom_type


def test_there_is_a_reader_for_every_format() -> None:
    assert set(NAMES) == set(READERS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_collection_comes_back_from_every_format(
    application: FastAPI, collection: str, name: str, tmp_path: Path
) -> None:
    found = application.state.shelf.served.collections[collection]
    back = read_back(found, name, tmp_path)
    if name == "xlsx" and collection == "states":
        assert any(shape is None for shape in back.geometry), "too long for a cell"
        back = ReadBack(back.values, None)
    compare(found, name, back)


@pytest.mark.parametrize("form", formats(), ids=lambda form: form.name)
def test_the_same_rows_give_the_same_bytes(application: FastAPI, form) -> None:
    found = application.state.shelf.served.collections["terranes"]
    assert form.write(whole(found, SOURCE)) == form.write(whole(found, SOURCE))


@pytest.mark.parametrize("form", formats(), ids=lambda form: form.name)
def test_every_format_says_release_caution_and_licence(form, tmp_path: Path) -> None:
    found = collection_of(
        [{"text": "a", "whole": 1, "number": 0.5, "truth": True}],
        [shapely.Point(70, 45)],
    )
    content = form.write(whole(found, SOURCE))
    if form.name == "xlsx":
        (tmp_path / "x").write_bytes(content)
        content = repr(workbook(tmp_path / "x")).encode()
    assert SOURCE.release.encode() in content
    assert b"An aid" in content
    assert SOURCE.about.encode() in content
    if form.name != "csv":  # a row has the address where the licences stand
        assert b"CC BY 4.0" in content


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30
) | st.sampled_from(
    ["=1+1", "-3", "a;=b", "'", '"', "\r\n", "<b>&amp;</b>", "NA", "_x0041_", " x "]
)
NUMBERS = st.floats(allow_infinity=True, allow_nan=True) | st.sampled_from(
    [1e-6, 1e-300, -0.0, 1e15, 123456.654321]
)
ROWS = st.fixed_dictionaries(
    {
        "text": st.none() | TEXTS,
        "whole": st.integers(-(2**53), 2**53),
        "number": st.none() | NUMBERS,
        "truth": st.booleans(),
    }
)
DEGREES = st.floats(-89, 89, allow_nan=False)
POINTS = st.builds(shapely.Point, DEGREES, DEGREES)
BOXES = st.builds(
    lambda x, y, a, b: shapely.box(x, y, x + a, y + b),
    DEGREES,
    DEGREES,
    st.floats(0.01, 1),
    st.floats(0.01, 1),
)
PLACES = st.sampled_from([POINTS, BOXES, POINTS | st.none(), BOXES | st.none()])


def collection_of(
    rows: list[dict], places: list[shapely.Geometry | None]
) -> Collection:
    table = gpd.GeoDataFrame(rows, geometry=places, crs=4326)
    for name, kind in (
        ("text", object),
        ("whole", "int64"),
        ("number", "float64"),
        ("truth", bool),
    ):
        table[name] = table[name].astype(kind)
    return make_collection(
        table,
        [f"row-{at}" for at in range(len(rows))],
        name="made",
        title="Made & <up>",
        description="Rows.",
        terms=Terms(credit="", licence=""),
    )


@st.composite
def collections(draw: st.DrawFn) -> Collection:
    rows = draw(st.lists(ROWS, min_size=1, max_size=6))
    places = draw(PLACES)
    return collection_of(rows, [draw(places) for _ in rows])


@pytest.mark.parametrize("name", NAMES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=collections())
def test_any_table_comes_back(found: Collection, name: str, tmp_path: Path) -> None:
    compare(found, name, read_back(found, name, tmp_path))
