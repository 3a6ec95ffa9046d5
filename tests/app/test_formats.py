"""Files for other programs: readable, complete, and harmless in a spreadsheet."""

import csv
import io
import json
import re
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.collection import Terms, make_collection
from app.excerpt import Source, whole
from app.formats import Format, formats
from app.formats.csv import BOM, neutralise, write


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def test_gdal_reads_the_geojson(client: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "prospects.geojson"
    path.write_bytes(client.get("/prospects.geojson").content)
    table = pyogrio.read_dataframe(path, use_arrow=False)
    listed = client.get("/api/collections/prospects/items?limit=1000").json()
    assert len(table) == listed["numberMatched"]
    assert table.crs.to_epsg() == 4326
    assert table.geometry.is_valid.all()
    assert table["rank"].tolist() == list(range(1, len(table) + 1))


def test_the_geojson_says_what_it_is(client: TestClient) -> None:
    answer = client.get("/prospects.geojson")
    content = answer.json()
    assert answer.headers["content-type"] == "application/geo+json"
    assert content["release"] in answer.headers["content-disposition"]
    assert content["caution"].startswith("Exploration aid")
    assert content["credits"]


def test_the_csv_has_the_columns_of_the_geojson(
    client: TestClient,
) -> None:
    rows = read_csv(client.get("/prospects.csv").content)
    first = rows[0]
    for name in ("area_km2", "lon", "coverage"):
        assert float(first[name]) > 0
    assert shapely.from_wkt(first["geometry_wkt"]).is_valid
    assert all(row["caution"].startswith("Exploration aid") for row in rows)
    assert {row["caution"] for row in rows} == {
        "Exploration aid, not a resource estimate."
    }
    about = rows[0]["credits"]
    assert rows[0]["release"]
    assert client.get(about).status_code == 200


def test_both_exports_say_which_components_nothing_is_known_of(
    client: TestClient,
) -> None:
    shapes = client.get("/prospects.geojson").json()["features"]
    rows = read_csv(client.get("/prospects.csv").content)
    told = [shape["properties"]["unknown_components"] for shape in shapes]
    assert [row["unknown_components"] or None for row in rows] == told
    assert any(told)


def test_both_exports_follow_the_same_selection(client: TestClient) -> None:
    query = "?deposit_type=placer&state=KAZ&bbox=55,42,85,52"
    shapes = client.get(f"/prospects.geojson{query}").json()["features"]
    rows = read_csv(client.get(f"/prospects.csv{query}").content)
    assert [row["id"] for row in rows] == [shape["id"] for shape in shapes]
    assert {row["deposit_type"] for row in rows} == {"placer"}


@pytest.mark.parametrize("form", formats(), ids=lambda form: form.name)
def test_a_selection_of_nothing_is_written_in_every_format(
    client: TestClient, form: Format
) -> None:
    assert client.get(f"{form.path}?min_coverage=1").status_code == 200


def test_an_empty_selection_is_an_empty_file_not_an_error(client: TestClient) -> None:
    assert client.get("/prospects.geojson?min_coverage=1").json()["features"] == []
    assert read_csv(client.get("/prospects.csv?min_coverage=1").content) == []


@pytest.mark.parametrize("path", ["/prospects.geojson", "/prospects.csv"])
def test_an_unknown_parameter_is_refused(client: TestClient, path: str) -> None:
    answer = client.get(f"{path}?limit=5")
    assert answer.status_code == 400
    assert "deposit_type" in answer.json()["detail"]


@given(
    st.text(st.sampled_from("=+-@;|\t\n\r \"'a＝"), min_size=1) | st.text(min_size=1)
)
def test_no_part_of_a_text_cell_starts_a_formula(text: str) -> None:
    cell = neutralise(text)
    assert cell.replace("'", "").strip() == text.replace("'", "").strip()
    assert not cell.startswith(("\t", "\r", "\n"))
    for part in re.split(r"[;|\t\r\n]", cell):
        assert not part.lstrip().lstrip(' "').startswith(("=", "+", "-", "@", "＝"))


@pytest.mark.parametrize("text", ["Kutessay;=cmd|' /C calc'!A0", 'a;"=1+1"', "a|@x"])
def test_a_formula_behind_another_list_separator_is_neutralised(text: str) -> None:
    table = gpd.GeoDataFrame(
        {"nearest_occurrence": [text]}, geometry=[shapely.Point(70, 45)], crs=4326
    )
    terms = Terms(credit="us", licence="free")
    found = make_collection(
        table, ["a"], name="", title="", description="", terms=terms
    )
    source = Source(
        release="r",
        caution="An aid.",
        attribution="us",
        licence="free",
        about="/layers",
        address="/",
    )
    lines = write(whole(found, source)).decode().splitlines()
    for cell in re.split("[;|]", lines[1]):
        assert not cell.strip('" ').startswith(("=", "@"))


def test_numbers_are_left_alone_and_text_is_neutralised(
    hostile_client: TestClient,
) -> None:
    shapes = hostile_client.get("/prospects.geojson").json()["features"]
    rows = read_csv(hostile_client.get("/prospects.csv").content)
    assert rows[0]["place"].endswith(shapes[0]["properties"]["place"])
    assert float(rows[0]["lon"]) == shapes[0]["properties"]["lon"]
    assert json.dumps(shapes[0])


def test_csv_begins_with_a_mark_only_when_that_is_asked(client: TestClient) -> None:
    items = "/api/collections/towns/items?f=csv&limit=3"
    for path in ("/prospects.csv?", f"{items}&"):
        plain = client.get(path.rstrip("?&")).content
        assert not plain.startswith(BOM)
        assert client.get(f"{path}bom=true").content == BOM + plain
    assert client.get("/prospects.gpkg?bom=true").status_code == 400


def test_the_table_page_offers_formats_that_readers_open(client: TestClient) -> None:
    page = client.get("/table?state=KAZ").text
    for link in ("csv?bom=true&amp;state=KAZ", "gpkg?state=KAZ", "xlsx?state=KAZ"):
        assert f'href="/prospects.{link}"' in page


@pytest.mark.parametrize("name", ["gpkg", "fgb", "parquet", "csv"])
def test_another_reference_system_is_kept_where_the_format_can(
    client: TestClient, name: str, tmp_path: Path
) -> None:
    system = "http://www.opengis.net/def/crs/EPSG/0/32642"
    path = tmp_path / f"areas.{name}"
    address = f"/api/collections/prospects/items?f={name}&limit=1000&crs={system}"
    path.write_bytes(client.get(address).content)
    if name == "csv":
        row = read_csv(path.read_bytes())[0]
        assert row["crs"] == system
        assert abs(shapely.from_wkt(row["geometry_wkt"]).bounds[1]) > 1_000
        return
    read = gpd.read_parquet if name == "parquet" else pyogrio.read_dataframe
    table = read(path) if name == "parquet" else read(path, layer=0)
    assert table.crs.to_epsg() == 32642
    listed = client.get("/api/collections/prospects/items?limit=1000").json()
    place = listed["features"][0]["properties"]
    back = table[table["id"] == place["id"]].to_crs(4326).geometry.iloc[0]
    true = shapely.from_geojson(json.dumps(listed["features"][0]["geometry"]))
    assert back.buffer(1e-5).covers(true)


@pytest.mark.parametrize("name", ["kml", "geojsonseq"])
def test_formats_of_degrees_alone_refuse_another_reference_system(
    client: TestClient, name: str
) -> None:
    system = "http://www.opengis.net/def/crs/EPSG/0/3857"
    answer = client.get(f"/api/collections/prospects/items?f={name}&crs={system}")
    assert answer.status_code == 400
    assert "GeoPackage" in answer.json()["detail"]
