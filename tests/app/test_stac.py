"""The STAC catalogue, judged by its own libraries."""

from collections.abc import Iterator

import pystac
import pystac_client
import pytest
import rasterio
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pystac.extensions.file import FileExtension
from pystac.extensions.projection import ProjectionExtension
from pystac.extensions.raster import RasterExtension
from pystac.extensions.scientific import ScientificExtension
from pystac.extensions.table import TableExtension
from pystac.validation.stac_validator import JsonSchemaSTACValidator
from pystac_client.warnings import NoConformsTo

from geodata.release import Release
from tests.app.serving import serving

ROOT = "/api/stac/catalog.json"
KINDS = {
    "Catalog": pystac.STACObjectType.CATALOG,
    "Collection": pystac.STACObjectType.COLLECTION,
    "Feature": pystac.STACObjectType.ITEM,
}


@pytest.fixture(scope="module")
def base(application: FastAPI) -> Iterator[str]:
    with serving(application) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def catalogue(base: str) -> pystac.Catalog:
    return pystac.Catalog.from_file(f"{base}{ROOT}")


@pytest.fixture(scope="module")
def items(catalogue: pystac.Catalog) -> dict[str, pystac.Item]:
    return {item.id: item for item in catalogue.get_items(recursive=True)}


def test_every_document_is_valid_by_the_schemas_of_stac(
    base: str, client: TestClient
) -> None:
    # Those of the core come with pystac; those of extensions are on the network.
    judge = JsonSchemaSTACValidator()
    waiting, seen = [f"{base}{ROOT}"], set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        document = client.get(address, headers={"host": address.split("/")[2]}).json()
        judge.validate_core(document, KINDS[document["type"]], "1.1.0")
        own = next(item for item in document["links"] if item["rel"] == "self")
        assert own["href"] == address
        waiting += [
            item["href"]
            for item in document["links"]
            if item["rel"] in ("child", "item", "root", "parent", "collection")
        ]
    assert len(seen) > 50


def test_pystac_reads_every_grid_and_every_table(
    client: TestClient, items: dict[str, pystac.Item]
) -> None:
    grids = [item["id"] for item in client.get("/api/grids").json()["grids"]]
    listed = client.get("/api/collections").json()["collections"]
    tables = [item["id"] for item in listed]
    assert sorted(items) == sorted(
        [f"grid.{name}" for name in grids] + [f"collection.{name}" for name in tables]
    )


def test_a_grid_tells_its_file_place_and_storage(
    items: dict[str, pystac.Item], release: Release
) -> None:
    item = items["grid.placer.p90"]
    asset = item.assets["data"]
    assert f"/api/releases/{release.id}/grids/placer.tif" in asset.href
    file = FileExtension.ext(asset)
    entry = release.manifest.files["favourability/placer.tif"]
    assert (file.size, file.checksum) == (entry.bytes, f"1220{entry.sha256}")
    place = ProjectionExtension.ext(item)
    with rasterio.open(release.folder / "favourability" / "placer.tif") as source:
        assert place.shape == [source.height, source.width]
        assert place.transform == pytest.approx(tuple(source.transform)[:6])
        assert place.bbox == pytest.approx(list(source.bounds))
        assert rasterio.crs.CRS.from_wkt(place.wkt2) == source.crs
        bands = RasterExtension.ext(asset).bands
        assert [band.scale for band in bands] == list(source.scales)
        names = [band["name"] for band in asset.extra_fields["bands"]]
        assert names == list(source.descriptions)
    told = bands[names.index("p90")].statistics
    assert 0 <= told.minimum <= told.mean <= told.maximum <= 1


def test_a_grid_leads_to_its_legend_and_tiles(
    base: str, client: TestClient, items: dict[str, pystac.Item]
) -> None:
    assets = items["grid.placer.p90"].assets
    legend = client.get(assets["legend"].href.removeprefix(base)).json()["legend"]
    assert legend[0]["entries"]
    tiles = client.get(assets["tiles"].href.removeprefix(base)).json()
    assert tiles["tilejson"] == "3.0.0"


def test_a_table_tells_its_columns_and_can_be_had(
    base: str, client: TestClient, items: dict[str, pystac.Item], release: Release
) -> None:
    item = items["collection.prospects"]
    table = TableExtension.ext(item)
    assert table.row_count == len(release.prospects)
    kinds = {column.name: column.col_type for column in table.columns}
    assert kinds["rank"] == "integer"
    assert kinds["deposit_type"] == "string"
    path = item.assets["items"].href.removeprefix(base)
    assert path.startswith(f"/api/releases/{release.id}/")
    assert client.get(path).json()["numberReturned"] == len(release.prospects)
    collection = client.get("/api/collections/prospects").json()
    files = [each for each in collection["links"] if each["rel"] == "enclosure"]
    assert len(item.assets) == len(files) + 1


def test_a_table_without_positions_has_no_place(
    items: dict[str, pystac.Item],
) -> None:
    item = items["collection.sites-without-position"]
    assert (item.geometry, item.bbox) == (None, None)


def test_every_layer_is_named_with_its_terms(
    catalogue: pystac.Catalog, items: dict[str, pystac.Item], release: Release
) -> None:
    collection = catalogue.get_child(release.id)
    assert isinstance(collection, pystac.Collection)
    named = {(item.name, item.description) for item in collection.providers or ()}
    for layer in release.manifest.layers:
        assert (layer.credit, layer.licence) in named
    science = ScientificExtension.ext(collection)
    assert release.id in science.citation
    assert len(science.publications) == len(release.manifest.layers)
    towns = ScientificExtension.ext(items["collection.towns"])
    assert "GeoNames" in towns.citation


@pytest.mark.filterwarnings("ignore::pystac_client.warnings.FallbackToPystac")
def test_a_client_opens_the_catalogue(base: str, release: Release) -> None:
    with pytest.warns(NoConformsTo):  # as of every catalogue that is static
        opened = pystac_client.Client.open(f"{base}{ROOT}")
    assert [child.id for child in opened.get_children()] == [release.id]
    collection = opened.get_collection(release.id)
    assert collection.get_item("grid.overall").properties["title"]


def test_documents_of_a_release_are_kept_for_good_but_not_the_list(
    client: TestClient, release: Release
) -> None:
    listed = client.get(ROOT)
    assert listed.headers["cache-control"] == "public, no-cache"
    own = client.get(f"/api/releases/{release.id}/stac/collection.json")
    assert "immutable" in own.headers["cache-control"]


def test_the_front_door_leads_to_the_catalogue(client: TestClient) -> None:
    links = client.get("/api/").json()["links"]
    assert any(item["href"].endswith(ROOT) for item in links if item["rel"] == "child")


@pytest.mark.parametrize("path", ["grids/none.json", "collections/none.json"])
def test_an_unknown_item_is_not_found(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/stac/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
