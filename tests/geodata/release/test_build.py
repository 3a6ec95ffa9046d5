import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geodata.checksums import file_checksum
from geodata.errors import (
    CellSizeError,
    DamagedReleaseError,
    DepositTypeError,
    NoReleaseError,
    OutdatedReleaseError,
    OutsideRegionError,
    StorageError,
    TamperedLayerError,
    UnknownDepositTypeError,
)
from geodata.layers.store import LayerStore
from geodata.raster import Grid
from geodata.release import known_releases, open_release
from geodata.release.build import build_release
from geodata.release.inputs import Parameters
from geodata.release.model import CURRENT, MANIFEST
from geodata.release.needs import check_memory
from geodata.release.rasters import read_shares
from geodata.scoring.deposit_type import deposit_type_texts

BUNDLE = Path(__file__).parents[3] / "geodata" / "bundle"
COARSE = Parameters(cell_m=50_000)
ONE = {"placer": deposit_type_texts()["placer"]}


@pytest.fixture
def releases(tmp_path):
    return tmp_path / "releases"


def copy_of(release_home, tmp_path):
    target = tmp_path / "releases"
    shutil.copytree(release_home / "releases", target)
    return target


def test_the_same_inputs_give_the_same_id_and_the_same_bytes(bundle, tmp_path):
    folders = [
        build_release(bundle, ONE, tmp_path / name, parameters=COARSE).folder
        for name in ("first", "second")
    ]
    assert folders[0].name == folders[1].name
    files = [
        {
            path.relative_to(folder).as_posix(): file_checksum(path)
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in folders
    ]
    assert files[0] == files[1]
    assert len(files[0]) > 10


def test_one_changed_weight_gives_a_new_release_and_keeps_the_old(bundle, releases):
    before = build_release(bundle, ONE, releases, parameters=COARSE).folder
    changed = {"placer": ONE["placer"].replace("value = 0.08", "value = 0.09", 1)}
    assert changed != ONE
    after = build_release(bundle, changed, releases, parameters=COARSE).folder
    assert after.name != before.name
    assert open_release(releases).id == after.name
    assert open_release(releases, before.name).id == before.name


def test_a_misspelt_layer_is_refused_with_the_nearest_known_one(bundle, releases):
    wrong = {"placer": ONE["placer"].replace('layer = "relief"', 'layer = "releif"', 1)}
    assert wrong != ONE
    expected = r"of placer\.toml reads the layer 'releif'.* Is 'relief' meant\?"
    with pytest.raises(DepositTypeError, match=expected):
        build_release(bundle, wrong, releases, parameters=COARSE)


def test_an_intact_release_is_found_and_not_built_again(bundle, releases):
    assert build_release(bundle, ONE, releases, parameters=COARSE).fresh
    assert not build_release(bundle, ONE, releases, parameters=COARSE).fresh


def test_a_damaged_release_is_refused_by_name_and_built_again(bundle, releases):
    built = build_release(bundle, ONE, releases, parameters=COARSE)
    (built.folder / "validation.json").unlink()
    with pytest.raises(DamagedReleaseError, match=r"validation\.json is missing"):
        open_release(releases)
    again = build_release(bundle, ONE, releases, parameters=COARSE)
    assert again.fresh
    assert open_release(releases).id == built.folder.name


def test_a_changed_byte_is_noticed(release_home, tmp_path):
    releases = copy_of(release_home, tmp_path)
    path = open_release(releases).favourability_path("placer")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedReleaseError, match=r"placer\.tif is not the one"):
        open_release(releases)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 4, "id": "x"}'])
def test_a_broken_manifest_is_a_damaged_release(release_home, tmp_path, text):
    releases = copy_of(release_home, tmp_path)
    folder = open_release(releases).folder
    (folder / MANIFEST).write_text(text)
    with pytest.raises(DamagedReleaseError, match=r"manifest\.json"):
        open_release(releases)


@pytest.mark.parametrize(
    ("version", "whose"), [(None, "an older"), (1, "an older"), (99, "a newer")]
)
def test_a_release_of_another_version_is_refused_with_what_to_do(
    release_home, tmp_path, version, whose
):
    releases = copy_of(release_home, tmp_path)
    path = open_release(releases).folder / MANIFEST
    manifest = json.loads(path.read_text())
    del manifest["schema_version"]
    if version is not None:
        manifest["schema_version"] = version
    path.write_text(json.dumps(manifest))
    with pytest.raises(OutdatedReleaseError, match=rf"{whose} version.*scripts/setup"):
        open_release(releases)


def test_no_release_is_said_with_what_to_do(releases):
    with pytest.raises(NoReleaseError, match=r"rank_prospects"):
        open_release(releases)


@pytest.mark.parametrize("name", ["nosuch", "../../etc", ".building-x"])
def test_a_release_that_is_not_there_is_not_opened(release_home, name):
    with pytest.raises(NoReleaseError):
        open_release(release_home / "releases", name)


def test_too_little_space_is_said_before_any_work(bundle, releases, monkeypatch):
    usage = shutil._ntuple_diskusage(10**9, 10**9, 1_000)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)
    with pytest.raises(StorageError, match=r"needs about .* MB"):
        build_release(bundle, ONE, releases, parameters=COARSE)
    assert known_releases(releases) == []


def test_a_tampered_layer_stops_the_build_and_is_named(tmp_path, releases):
    folder = tmp_path / "bundle"
    shutil.copytree(BUNDLE, folder)
    (relief,) = folder.glob("relief-*.tif")
    with relief.open("r+b") as stream:
        stream.seek(5_000)
        stream.write(b"\0\1\2\3")
    with pytest.raises(TamperedLayerError, match=r"relief-\w+\.tif"):
        build_release(LayerStore((folder,)), ONE, releases, parameters=COARSE)
    assert not (releases / CURRENT).exists()


def test_cells_too_fine_for_this_machine_are_refused_with_the_memory_needed():
    grid = Grid(cell_m=30, west_m=0, north_m=0, rows=80_000, columns=110_000)
    with pytest.raises(CellSizeError, match="GB of memory"):
        check_memory(grid)


def test_the_map_holds_its_bands_in_the_equal_area_projection(release):
    found = read_shares(release.favourability_path("carbonatite"))
    assert list(found.bands) == [
        "favourability",
        "p10",
        "p50",
        "p90",
        "coverage",
        "area_rank",
        "learned",
        "learned_rank",
        "learned_coverage",
    ]
    values = found.bands["favourability"]
    assert values.shape == release.grid.shape
    assert (~np.isnan(values)).sum() == release.manifest.grid.cells
    assert "Azimuthal" in found.crs
    with rasterio.open(
        release.favourability_path("carbonatite"), driver="GTiff"
    ) as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


def test_p10_p50_and_p90_are_in_order_everywhere(release):
    for model in release.deposit_types:
        bands = read_shares(release.favourability_path(model)).bands
        known = ~np.isnan(bands["p50"])
        assert (bands["p10"][known] <= bands["p50"][known]).all()
        assert (bands["p50"][known] <= bands["p90"][known]).all()


def test_each_deposit_type_says_which_opinion_stands_first_and_why(release):
    for entry in release.manifest.deposit_types:
        told = entry.default_opinion
        assert told.opinion == "expert" or told.learned
        assert (told.test == "none") == (told.expert is None) == (told.learned is None)


def test_every_explanation_sums_to_its_score(release):
    for why in release.explanations.values():
        parts = [item.part for group in why.components for item in group.evidence]
        assert abs(sum(parts) - why.log_favourability) <= 1e-9
        assert np.exp(why.log_favourability) == pytest.approx(why.favourability)


def test_a_place_is_explained_as_its_cell_was_scored(release):
    lon, lat = 76.16, 42.87
    bands = read_shares(release.favourability_path("peralkaline")).bands
    place = release.explainer.at(lon, lat)
    row, column = place.rows[0], place.columns[0]
    why = release.explainer.explain(place, "peralkaline")
    assert why.favourability == pytest.approx(
        bands["favourability"][row, column], abs=1e-4
    )
    assert why.coverage == pytest.approx(bands["coverage"][row, column], abs=1e-4)
    assert why.p10 == pytest.approx(bands["p10"][row, column], abs=1e-4)


@pytest.mark.parametrize("deposit_type", sorted(deposit_type_texts()))
def test_places_are_explained_together_as_one_by_one(release, deposit_type):
    chance = np.random.default_rng(3)
    asked = chance.uniform((46.5, 35.2), (87.3, 55.4), (60, 2)).T
    found = release.explainer.locate(*asked)
    assert 0 < len(found.places) == found.inside.sum() < len(found.inside)
    together = release.explainer.explain_each(found.places, deposit_type)
    scores = release.explainer.score_each(found.places, deposit_type)
    for number, why in enumerate(together):
        alone = release.explainer.at(why.lon, why.lat)
        assert_alike(
            why.model_dump(),
            release.explainer.explain(alone, deposit_type).model_dump(),
        )
        for name in ("log_favourability", "p10", "p50", "p90", "coverage"):
            assert getattr(scores, name)[number] == pytest.approx(
                getattr(why, name), rel=1e-5, nan_ok=True
            )


def assert_alike(found, expected):
    """Compare to the rounding of the numbers; what they stand in must be the same."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key, value in expected.items():
            assert_alike(found[key], value)
    elif isinstance(expected, tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_alike(one, other)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-6, nan_ok=True)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("lon", "lat"), [(0.0, 0.0), (77.2, 28.6), (51.0, 42.0), (37.6, 55.7)]
)
def test_a_place_outside_the_five_states_is_not_explained(release, lon, lat):
    with pytest.raises(OutsideRegionError, match="not on land in the five states"):
        release.explainer.at(lon, lat)


def test_an_unknown_type_is_answered_with_the_known_ones(release):
    with pytest.raises(UnknownDepositTypeError, match="carbonatite"):
        release.model("gold")
    with pytest.raises(UnknownDepositTypeError, match="placer"):
        release.favourability_path("../../etc/passwd")


def test_without_the_layers_of_setup_coverage_is_lower_and_says_so(bundle, releases):
    folder = build_release(bundle, ONE, releases, parameters=COARSE).folder
    release = open_release(releases)
    missing = {item.layer for item in release.manifest.missing_layers}
    assert {"lithology", "radiometrics"} <= missing
    assert release.validation.known_sites.coverage["placer"].mean < 0.5
    assert folder.name == release.id


def test_the_manifest_names_every_layer_with_its_licence(release):
    for layer in release.manifest.layers:
        assert layer.licence
        assert layer.credit
    costs = [
        cost.weight_share
        for item in release.manifest.missing_layers
        for cost in item.costs
        if cost.deposit_type == "placer"
    ]
    assert 0 < sum(costs) < 1
