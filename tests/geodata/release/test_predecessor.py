"""Which release a new one follows, and what the chain carries on."""

import json
import shutil
from itertools import pairwise

import pytest

from geodata.checksums import file_checksum
from geodata.errors import NoReleaseError
from geodata.release import known_releases, open_release, pointed_release
from geodata.release.build import build_release
from geodata.release.model import CURRENT, MANIFEST
from geodata.release.overlap import overlaps
from tests.conftest import Once
from tests.geodata.release.chains import (
    COARSE,
    ONE,
    TWO,
    build_chain,
    ids_in_order,
    model,
)


@pytest.fixture(scope="module")
def chain(once: Once):
    return once("chain", build_chain) / "releases"


@pytest.fixture
def releases(chain, tmp_path):
    target = tmp_path / "releases"
    shutil.copytree(chain, target)
    return target


@pytest.fixture
def in_order(chain):
    return ids_in_order(chain)


def content_of(folder):
    return {
        path.relative_to(folder).as_posix(): file_checksum(path)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_each_release_follows_the_one_before_and_counts_its_ids(chain, in_order):
    opened = [open_release(chain, name) for name in in_order]
    first = opened[0].manifest
    assert first.id == first.inputs_id
    assert first.id_changes is None
    for before, after in pairwise(opened):
        manifest = after.manifest
        assert manifest.predecessor == before.id
        assert manifest.id != manifest.inputs_id
        old, new = set(before.prospects["id"]), set(after.prospects["id"])
        changes = manifest.id_changes
        assert changes is not None
        assert (changes.kept, changes.new, changes.retired) == (
            len(old & new),
            len(new - old),
            len(old - new),
        )
        assert set(after.explanations) == new
        assert min(changes.model_dump().values()) > 0
    assert pointed_release(chain) == in_order[-1]


def test_along_the_chain_an_id_is_one_place_and_none_is_forgotten(chain, in_order):
    places, given = {}, set()
    for name in in_order:
        release = open_release(chain, name)
        table = release.prospects
        given |= set(table["id"])
        for identity, outline in zip(table["id"], table.geometry, strict=True):
            places.setdefault(identity, []).append(outline)
            assert release.retired(identity) is None
        for identity in given - set(table["id"]):
            retired = release.retired(identity)
            assert retired is not None
            assert retired.successor in {None, *table["id"]}
            assert retired.outline.equals(places[identity][-1])
    for outlines in places.values():
        found = overlaps(outlines, outlines)
        assert len(found.iou) == len(outlines) ** 2
        assert (found.iou >= 0.5).all()


def test_a_release_of_the_chain_is_built_again_to_the_same_bytes(
    bundle, releases, in_order
):
    name = in_order[1]
    before = content_of(releases / name)
    (releases / name / "validation.json").write_text("{}")
    built = build_release(bundle, TWO, releases, parameters=COARSE)
    assert built.fresh
    assert not built.note
    assert built.folder.name == name
    assert content_of(built.folder) == before
    assert not build_release(bundle, TWO, releases, parameters=COARSE).fresh


def test_ids_go_on_from_the_end_of_the_chain_though_an_older_one_is_current(
    bundle, releases, in_order
):
    assert not build_release(bundle, ONE, releases, parameters=COARSE).fresh
    assert pointed_release(releases) == in_order[0]
    built = build_release(bundle, model("0.3"), releases, parameters=COARSE)
    assert open_release(releases).manifest.predecessor == in_order[-1]
    assert not built.note


def test_a_predecessor_can_be_named_or_refused(bundle, releases, in_order):
    for given, found in ((in_order[0], in_order[0]), ("", "")):
        build_release(
            bundle, model("0.3"), releases, parameters=COARSE, predecessor=given
        )
        assert open_release(releases).manifest.predecessor == found
    with pytest.raises(NoReleaseError, match="nosuch"):
        build_release(bundle, ONE, releases, parameters=COARSE, predecessor="nosuch")


def test_one_that_cannot_be_read_is_passed_over_with_a_word(bundle, releases, in_order):
    (releases / in_order[2] / "prospects.parquet").unlink()
    built = build_release(bundle, model("0.3"), releases, parameters=COARSE)
    assert "prospects.parquet is missing" in built.note
    assert open_release(releases).manifest.predecessor == in_order[1]


def test_nothing_that_can_be_read_starts_ids_anew_with_a_word(bundle, releases):
    for name in known_releases(releases):
        path = releases / name / MANIFEST
        told = json.loads(path.read_text())
        path.write_text(json.dumps(told | {"schema_version": 1}))
    built = build_release(bundle, model("0.3"), releases, parameters=COARSE)
    assert "older version" in built.note
    assert open_release(releases).manifest.predecessor == ""


@pytest.mark.parametrize("pointer", ["gone", "../..", ""])
def test_a_pointer_to_nothing_does_no_harm(bundle, releases, in_order, pointer):
    (releases / CURRENT).write_text(pointer)
    build_release(bundle, model("0.3"), releases, parameters=COARSE)
    assert open_release(releases).manifest.predecessor == in_order[2]
