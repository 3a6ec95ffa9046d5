"""The command as a user runs it: what it prints, and how it fails."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import typer
from typer.testing import CliRunner

from geodata.errors import MissingLayerError
from geodata.layers.store import LayerStore
from geodata.release import open_release
from geodata.release.inputs import Parameters, gather
from scripts import rank_prospects
from tests.app.sealing import seal

ROOT = Path(__file__).parents[2]
COARSE = ("--cell-m", "50000", "--deposit-type", "placer")


def start(home, *options, **settings):
    """Start the command as its own process."""
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "rank_prospects.py", *options],
        env={**os.environ, "ATLAS_HOME": str(home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **settings,
    )


@pytest.fixture
def run():
    """Run the command in this process; what SIGTERM does is put back."""
    before = signal.getsignal(signal.SIGTERM)
    app = typer.Typer()
    app.command()(rank_prospects.main)

    def command(home, *options):
        settings = {"ATLAS_HOME": str(home), "COLUMNS": "200"}
        return CliRunner().invoke(app, list(map(str, options)), env=settings)

    yield command
    signal.signal(signal.SIGTERM, before)


def one_paragraph(text):
    return "Traceback" not in text and 1 <= len(text.strip().splitlines()) <= 12


def test_it_prints_the_best_areas_the_coverage_and_where_known_sites_fall(
    run, tmp_path
):
    done = start(tmp_path, *COARSE)
    assert done.returncode == 0, done.stderr
    for said in ("Prospect areas", "mean coverage", "Kundybai", "Release "):
        assert said in done.stdout
    assert "Scoring" in done.stderr
    again = run(tmp_path, *COARSE)
    assert again.exit_code == 0
    assert "was there" in again.stdout


def test_it_says_what_became_of_the_ids_of_the_release_before(run, tmp_path):
    assert "Ids since" not in run(tmp_path, *COARSE).stdout
    first = open_release(tmp_path / "releases")
    finer = ("--cell-m", "45000", *COARSE[2:])
    done = run(tmp_path, *finer)
    assert re.search(rf"Ids since release {first.id}: \d+ kept, \d+ new", done.stdout)
    alone = run(tmp_path, *finer, "--predecessor", "none")
    assert "Ids since" not in alone.stdout
    assert open_release(tmp_path / "releases").manifest.predecessor == ""
    wrong = run(tmp_path, *finer, "--predecessor", "nosuch")
    assert wrong.exit_code == 1
    assert "no release 'nosuch'" in wrong.stderr


def test_it_says_why_ids_do_not_follow_the_release_before(run, tmp_path):
    run(tmp_path, *COARSE)
    (open_release(tmp_path / "releases").folder / "validation.json").unlink()
    done = run(tmp_path, "--cell-m", "45000", *COARSE[2:])
    assert done.exit_code == 0
    assert "Ids do not follow the release before" in done.stderr
    assert "validation.json is missing" in done.stderr


@pytest.mark.parametrize("name", ["Kutessay [/upper]", "[red]Aktyuz", "[link=x]a"])
def test_a_bracket_in_a_name_is_printed_as_it_is(release_home, tmp_path, name, capsys):
    shutil.copytree(release_home / "releases", tmp_path / "releases")
    folder = next(path for path in (tmp_path / "releases").iterdir() if path.is_dir())
    table = gpd.read_parquet(folder / "prospects.parquet")
    table["place"] = name
    table.to_parquet(folder / "prospects.parquet", index=False)
    seal(folder)
    out = rank_prospects.Console(markup=False, width=200)
    rank_prospects.summary(open_release(tmp_path / "releases"), out)
    assert name in capsys.readouterr().out


def test_what_is_printed_of_a_release_never_decides_the_exit_code(
    run, release_home, tmp_path
):
    """The types' own file says what a summary needs; a release may lack it."""
    done = run(tmp_path, *COARSE)
    assert done.exit_code == 0
    folder = open_release(tmp_path / "releases").folder
    (folder / "validation.json").write_text("{}")
    seal(folder)
    again = run(tmp_path, *COARSE)
    assert again.exit_code == 0
    assert "The summary could not be printed" in again.stderr
    assert re.search(r"Release \w+ was there", again.stdout)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--cell-m", "0"), "between 30 m and 50,000 m"),
        (("--cell-m", "1e6"), "between 30 m and 50,000 m"),
        (("--cell-m", "30"), "GB of memory"),
        (("--deposit-type", "gold"), "no deposit type 'gold'"),
        (("--models", "nosuch"), "nosuch cannot be read"),
    ],
)
def test_a_wrong_choice_is_one_paragraph_and_a_failure(run, tmp_path, options, said):
    done = run(tmp_path, *options)
    assert done.exit_code == 1
    assert said in " ".join(done.stderr.split())
    assert one_paragraph(done.stderr)
    assert not list(tmp_path.glob("releases/*/manifest.json"))


def test_your_own_model_makes_your_own_release_and_a_bad_one_none(run, tmp_path):
    models = tmp_path / "models"
    models.mkdir()
    text = (ROOT / "geodata" / "deposit_types" / "placer.toml").read_text()
    (models / "mine.toml").write_text(text)
    home = tmp_path / "home"
    done = run(home, "--cell-m", "50000", "--models", models)
    assert done.exit_code == 0, done.stderr
    before = open_release(home / "releases")
    assert set(before.deposit_types) == {"mine"}
    (models / "mine.toml").write_text(text.replace("value = 0.08", "value = -1", 1))
    done = run(home, "--cell-m", "50000", "--models", models)
    assert done.exit_code == 1
    assert "deposit type 'mine'" in " ".join(done.stderr.split())
    assert open_release(home / "releases").id == before.id


def test_a_full_disk_fails_in_words_and_the_last_good_release_still_serves(
    release_home, tmp_path
):
    home = tmp_path / "home"
    shutil.copytree(release_home, home)
    before = open_release(home / "releases").id

    def nearly_full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = start(home, *COARSE, preexec_fn=nearly_full)
    assert done.returncode == 1
    assert "could not be written" in " ".join(done.stderr.split())
    assert one_paragraph(done.stderr)
    assert open_release(home / "releases").id == before
    assert not list((home / "releases").glob(".building-*"))


def test_a_home_that_cannot_be_written_fails_in_words(run, tmp_path):
    (tmp_path / "home").write_text("a file is in the way")
    done = run(tmp_path / "home", *COARSE)
    assert done.exit_code == 1
    assert "cannot be written" in " ".join(done.stderr.split())


def test_a_killed_build_leaves_nothing_that_looks_like_a_release(
    release_home, tmp_path
):
    home = tmp_path / "home"
    shutil.copytree(release_home, home)
    before = open_release(home / "releases").id
    with subprocess.Popen(
        [sys.executable, ROOT / "scripts" / "rank_prospects.py", "--cell-m", "10000"],
        env={**os.environ, "ATLAS_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as build:
        while not list((home / "releases").glob(".building-*/favourability/*")):
            assert build.poll() is None, "the build ended before it could be killed"
        build.send_signal(signal.SIGKILL)
    assert open_release(home / "releases").id == before
    assert len(list((home / "releases").glob("*/manifest.json"))) == 1


def test_a_build_that_is_told_to_stop_cleans_up(tmp_path):
    with subprocess.Popen(
        [sys.executable, ROOT / "scripts" / "rank_prospects.py", "--cell-m", "10000"],
        env={**os.environ, "ATLAS_HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as build:
        while not list(tmp_path.glob("releases/.building-*/favourability/*")):
            assert build.poll() is None, "the build ended before it could be stopped"
        build.terminate()
        _, said = build.communicate(timeout=60)
    assert build.returncode == 1
    assert "Nothing was published" in said
    assert not list(tmp_path.glob("releases/.building-*"))


def test_what_a_killed_build_left_is_removed_by_the_next(run, tmp_path):
    with subprocess.Popen([sys.executable, "-c", "pass"]) as gone:
        gone.wait()
    left = tmp_path / "releases" / f".building-0123456789abcdef-{gone.pid}"
    left.mkdir(parents=True)
    assert run(tmp_path, *COARSE).exit_code == 0
    assert not left.exists()


def test_a_layer_of_the_repository_that_is_not_there_stops_the_build(bundle, tmp_path):
    folder = tmp_path / "bundle"
    shutil.copytree(ROOT / "geodata" / "bundle", folder)
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del listed["layers"]["relief"]
    (folder / "manifest.json").write_text(json.dumps(listed), encoding="utf-8")
    with pytest.raises(MissingLayerError, match="'relief'"):
        gather(LayerStore((folder,)), {}, Parameters())
