"""The command as a person or a program runs it, on a small mirror."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from scripts.ingest import main

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "ingest.py"


COMMAND = typer.Typer()
COMMAND.command()(main)


@pytest.fixture(scope="module", autouse=True)
def _own_signals():
    """Give the handlers back that the command puts aside, as it runs in our process."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def run(home, *arguments):
    """Run the command in this process: exit_code, stdout and stderr."""
    return CliRunner().invoke(
        COMMAND, [*map(str, arguments)], env={"ATLAS_HOME": str(home)}
    )


def test_help_comes_before_anything_heavy_is_loaded():
    code = "import sys, scripts.ingest; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True
    )
    assert not {"geopandas", "numpy", "rasterio"} & {*done.stdout.decode().split()}
    asked = subprocess.run(
        [sys.executable, SCRIPT, "--help"], capture_output=True, check=True
    )
    assert b"--mirror" in asked.stdout


@pytest.fixture(scope="module")
def mirror(shared, tmp_path_factory):
    """Two sources of the real mirror: sutures and the sediment thickness."""
    folder = tmp_path_factory.mktemp("mirror")
    for name in ("himatibetmap/sutures.geojson", "lithosphere-grids/sedmap.gmt.gz"):
        (folder / name).parent.mkdir()
        shutil.copyfile(shared / "mirror" / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def home(mirror, tmp_path_factory):
    """A home that holds what this mirror gives."""
    folder = tmp_path_factory.mktemp("home")
    done = run(folder, "--layer", "sutures", "--layer", "roads", "--mirror", mirror)
    assert done.exit_code == 0, done.stderr
    assert "sutures" in done.stdout
    assert "natural-earth-transport/ne_10m_roads.zip" in done.stdout
    return folder


def test_the_result_for_programs_names_every_file_and_layer(home, mirror):
    names = ("sutures", "sediment-thickness", "roads")
    wanted = [word for name in names for word in ("--layer", name)]
    done = run(home, *wanted, "--mirror", mirror, "--json")
    document = json.loads(done.stdout)
    states = {row["layer"]: row["state"] for row in document["layers"]}
    assert states == {
        "sutures": "unchanged",
        "sediment-thickness": "built",
        "roads": "missing",
    }
    (sediment,) = (
        row for row in document["holdings"] if row["layer"] == "sediment-thickness"
    )
    assert set(sediment["coverage"].values()) == {1.0}
    assert sediment["origins"] == ["mirror"]
    assert document["failed"] is False


def test_the_status_says_what_is_here_and_what_the_rest_costs(home):
    document = json.loads(run(home, "--status", "--json").stdout)
    here = {row["layer"]: row for row in document["layers"] if row["here"]}
    lacking = {row["layer"]: row for row in document["layers"] if not row["here"]}
    assert here["sutures"]["size"] == "18 rows"
    assert here["sutures"]["retrieved"].startswith("20")
    assert sum(use["weight_share"] for use in lacking["faults"]["uses"]) > 0.03
    text = run(home, "--status").stdout
    assert "no public source of the region is known" in text
    assert "bring afead/" not in text  # faults can be fetched from others


def test_a_dry_run_changes_nothing(mirror, tmp_path):
    done = run(tmp_path / "home", "--all", "--mirror", mirror, "--dry-run")
    assert done.exit_code == 0
    assert "the mirror" in done.stdout
    assert not (tmp_path / "home").exists()


def test_an_unknown_layer_is_refused_with_the_known_ones(tmp_path):
    done = run(tmp_path, "--layer", "gold")
    assert done.exit_code == 2
    assert "terrane-boundaries" in done.stderr.replace("│", "").replace("\n", "")
    assert run(tmp_path).exit_code == 2


def test_a_changed_file_is_a_failure_and_leaves_the_old_layer(home, mirror, tmp_path):
    copy = tmp_path / "mirror"
    shutil.copytree(mirror, copy)
    path = copy / "himatibetmap" / "sutures.geojson"
    path.write_bytes(path.read_bytes().replace(b"Indus", b"Ganges"))
    done = run(home, "--layer", "sutures", "--mirror", copy)
    assert done.exit_code == 1
    assert "sha256" in done.stderr
    document = json.loads(run(home, "--status", "--json").stdout)
    assert "sutures" in {row["layer"] for row in document["layers"] if row["here"]}


def test_text_of_a_file_in_a_message_is_neither_markup_nor_a_command(tmp_path):
    folder = tmp_path / "mirror" / "usgs-tien-shan-ree"
    folder.mkdir(parents=True)
    (folder / "tien-shan-ree.csv").write_text("[/nope],\x1b[31mred\n1,2\n")
    done = run(
        *(tmp_path / "home", "--layer", "mineral-occurrences"),
        *("--mirror", tmp_path / "mirror"),
    )
    assert done.exit_code == 1
    assert "Traceback" not in done.stderr
    assert "[/nope]" in done.stderr
    assert "[columns] of its file" in " ".join(done.stderr.split())
    assert "\x1b[31mred" not in done.stderr


@pytest.mark.parametrize("is_archive", [True, False])
def test_a_file_left_out_of_a_layer_stands_in_the_table_and_in_the_exit_code(
    shared, tmp_path, is_archive
):
    good, bad = ("himatibetmap", "HimaTibetMap.geojson"), ("afead", "AFEAD_v2022.zip")
    for part in (good, bad):
        tmp_path.joinpath("mirror", part[0]).mkdir(parents=True)
    shutil.copyfile(
        shared.joinpath("mirror", *good), tmp_path.joinpath("mirror", *good)
    )
    with zipfile.ZipFile(tmp_path.joinpath("mirror", *bad), "w") as archive:
        if is_archive:
            archive.writestr("readme.txt", "nothing here")
    done = run(
        *(tmp_path / "home", "--layer", "faults", "--mirror", tmp_path / "mirror")
    )
    assert done.exit_code == 1
    assert "built, 1 left out" in done.stdout
    assert "AFEAD_v2022.zip" in done.stderr


def test_what_no_manifest_names_is_removed_when_it_is_old(home, mirror):
    orphan = home / "layers" / "sutures-0123456789abcdef.parquet"
    orphan.write_bytes(b"PAR1")
    os.utime(orphan, (0, 0))
    assert run(home, "--layer", "sutures", "--mirror", mirror).exit_code == 0
    assert not orphan.exists()


def test_accepting_a_file_is_refused_where_nothing_is_to_change(home, mirror):
    ledger = (home / "downloads" / "ledger.json").read_bytes()
    accept = ("--accept", "himatibetmap/sutures.geojson")
    assert run(home, "--status", *accept).exit_code == 2
    assert run(home, "--all", "--dry-run", *accept).exit_code == 2
    assert run(home, *accept).exit_code == 2
    assert (home / "downloads" / "ledger.json").read_bytes() == ledger


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_program_that_is_told_to_stop_says_so_and_publishes_nothing(
    shared, tmp_path, number
):
    process = subprocess.Popen(
        [
            *(sys.executable, SCRIPT, "--layer", "mineral-occurrences"),
            *("--mirror", shared / "mirror"),
        ],
        env={**os.environ, "ATLAS_HOME": str(tmp_path)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    ledger = tmp_path / "downloads" / "ledger.json"
    while not ledger.exists() and process.poll() is None:
        pass
    process.send_signal(number)
    _, told = process.communicate()
    assert process.returncode == 130
    assert "Stopped." in told
    assert not (tmp_path / "layers" / "manifest.json").exists()


def in_session(session):
    """Processes of a session that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, *fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == session and state != "Z":
            found.append(int(folder.name))
    return found


def test_nobody_is_left_when_the_program_is_killed(shared, tmp_path):
    process = subprocess.Popen(
        [
            *(sys.executable, SCRIPT, "--layer", "mineral-occurrences"),
            *("--mirror", shared / "mirror"),
        ],
        env={**os.environ, "ATLAS_HOME": str(tmp_path)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    helpers = 3  # a tracker, a server of processes, and the one that makes the layer
    while len(in_session(process.pid)) <= helpers and process.poll() is None:
        pass
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while in_session(process.pid) and time.monotonic() < deadline:
        pass
    assert in_session(process.pid) == []
