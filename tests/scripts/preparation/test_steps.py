"""Layers and releases of an installation: made when they are lacking, else kept."""

import json
import shutil

import pytest

from scripts.preparation import steps
from scripts.preparation.places import Places, SetupError


@pytest.fixture
def at(tmp_path):
    """A project whose Python is a stand-in that makes what the scripts would make."""
    places = Places(project=tmp_path / "project", home=tmp_path / "home")
    for folder in ("scripts", "geodata/sources", "app/static/vendor", ".venv/bin"):
        (places.project / folder).mkdir(parents=True)
    (places.project / "geodata" / "code.py").write_text("version = 1")
    places.layers.mkdir(parents=True)
    places.releases.mkdir()
    put_python(places)
    return places


def put_python(at, *, script=0, fit=0):
    """Scripts note that they were run; ranking publishes the release ``de``."""
    at.python.write_text(
        f"""#!/bin/sh
case "$1" in
    -c) exit {fit} ;;
    *) basename "$1" >> {at.home}/run; [ {script} -eq 0 ] || exit {script} ;;
esac
case "$1" in
    *rank_prospects.py)
        mkdir -p {at.releases}/de; echo whole > {at.releases}/de/manifest.json
        echo de > {at.releases}/current ;;
    *build_bundle.py) echo layer > {at.layers}/crust.tif ;;
esac
"""
    )
    at.python.chmod(0o755)


def ran(at):
    path = at.home / "run"
    names = path.read_text().split() if path.exists() else []
    path.unlink(missing_ok=True)
    return names


def rank_own(at, name="0a"):
    """What a user does with scripts/rank_prospects.py --models."""
    (at.releases / name).mkdir()
    (at.releases / name / "manifest.json").write_text("own")
    (at.releases / "current").write_text(name)


def test_without_a_release_the_default_one_is_built_once(at, capsys):
    steps.release(at)
    assert ran(at) == ["rank_prospects.py"]
    assert "Release de" in capsys.readouterr().out
    steps.release(at)
    assert ran(at) == []


def test_the_release_ranked_last_stays_current(at, capsys):
    steps.release(at)
    rank_own(at)
    assert ran(at) == ["rank_prospects.py"]
    capsys.readouterr()
    for _ in range(2):
        steps.release(at)
        said = capsys.readouterr().out
        assert "Release 0a" in said
        assert "to rank a new one" not in said
    assert ran(at) == []
    assert (at.releases / "current").read_text() == "0a"


def test_when_layers_or_code_change_it_is_kept_and_said_how_to_rank_anew(at, capsys):
    steps.release(at)
    (at.layers / "new.tif").write_text("more")
    for _ in range(2):
        steps.release(at)
        assert "scripts/rank_prospects.py" in capsys.readouterr().out
    assert ran(at) == ["rank_prospects.py"]
    rank_own(at)
    steps.release(at)
    assert "to rank a new one" not in capsys.readouterr().out


@pytest.mark.parametrize("change", ["damaged", "older version", "pointer to nothing"])
def test_a_release_that_cannot_be_served_is_built_again(at, capsys, change):
    steps.release(at)
    if change == "damaged":
        (at.releases / "de" / "manifest.json").write_text("half")
    elif change == "older version":
        (at.project / "geodata" / "code.py").write_text("version = 2")
    else:
        shutil.rmtree(at.releases / "de")
    put_python(at, fit=1)
    steps.release(at)
    assert ran(at) == ["rank_prospects.py"] * 2
    assert "older version" in capsys.readouterr().out


def test_a_stamp_of_an_older_version_is_no_stamp(at):
    rank_own(at)
    for left in ("0123abcd", "[]", json.dumps({"colour": "red"})):
        (at.releases / ".stamp").write_text(left)
        steps.release(at)
    assert ran(at) == []


def test_a_release_that_cannot_be_built_is_said(at):
    put_python(at, script=1)
    with pytest.raises(SetupError, match="could not be built"):
        steps.release(at)
    assert not (at.releases / ".stamp").exists()


def test_layers_are_made_once_and_a_lost_one_again(at):
    steps.layers(at, quick=False)
    steps.layers(at, quick=False)
    assert ran(at) == ["build_bundle.py"]
    (at.layers / "crust.tif").unlink()
    steps.layers(at, quick=True)
    assert ran(at) == ["build_bundle.py"]


def test_layers_that_failed_are_tried_again_only_when_asked_for(at, capsys):
    put_python(at, script=1)
    steps.layers(at, quick=True)
    steps.layers(at, quick=True)
    assert ran(at) == ["build_bundle.py"]
    assert "Run scripts/setup to try again" in " ".join(capsys.readouterr().out.split())
    steps.layers(at, quick=False)
    assert ran(at) == ["build_bundle.py"]


def test_the_map_library_is_needed(at):
    steps.assets(at)
    steps.assets(at)
    assert ran(at) == ["vendor_assets.py"]
    (at.project / "geodata" / "sources" / "leaflet.toml").write_text("newer")
    put_python(at, script=1)
    with pytest.raises(SetupError, match="there is no map"):
        steps.assets(at)
