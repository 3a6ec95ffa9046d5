"""One published file: kept, mirrored or fetched, by one run, many, or killed ones."""

import dataclasses
import io
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geodata.checksums import checksum
from geodata.errors import (
    ChecksumError,
    FetchError,
    NotInMirrorError,
    SourceError,
    StorageError,
    UnexpectedContentError,
)
from geodata.sources import Stop, forget, load_catalogue, obtain
from geodata.sources.catalogue import FIRST_SEEN
from geodata.sources.ledger import read_ledger
from tests.geodata.sources import fetch_once
from tests.geodata.sources.fault_server import (
    Act,
    connection_to,
    file_entry,
    publication,
    some_bytes,
)

ROOT = Path(__file__).resolve().parents[3]
BODY = some_bytes(6_000)
OTHER = some_bytes(6_000, seed=2)
PAGE = b"<html><body>404</body></html>"
KILLS = 40
BARELY_BEGUN = 1_500  # just past the head that is looked at


def packed(text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("main.csv", text * 500)
    return buffer.getvalue()


def unpinned(**changes):
    return file_entry(sha256=FIRST_SEEN, bytes=0, **changes)


def fetch(server, folder, entry, **options):
    return obtain(
        publication(entry),
        entry,
        downloads=folder,
        connection=connection_to(server),
        **options,
    )


def bind(path):
    """Leave a socket behind; its path may be longer than a socket's may be."""
    folder = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)


def left_in(folder):
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != ".locks"
    )


def put(folder, entry, content):
    path = folder / "survey-grid" / entry.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


WHOLE = ["ledger.json", "survey-grid/grid.nc"]


# What is here already.


def test_a_file_put_there_by_hand_needs_no_network(server, tmp_path):
    entry = file_entry(BODY)
    path = put(tmp_path, entry, BODY)
    put(tmp_path, file_entry(name="grid.nc.part"), b"of a run that was killed")
    found = fetch(server, tmp_path, entry)
    assert left_in(tmp_path) == WHOLE
    assert (found.path, found.fresh, found.origin) == (path, False, "publisher")
    assert (found.bytes, found.rebuilt) == (6_000, False)
    assert server.seen == []


def test_a_wrong_file_is_replaced_only_when_the_right_one_is_here(server, tmp_path):
    entry = file_entry(BODY)
    path = put(tmp_path, entry, BODY[:5_000])
    server.plays(Act(status=404))
    with pytest.raises(FetchError):
        fetch(server, tmp_path, entry)
    assert path.read_bytes() == BODY[:5_000]
    server.plays(Act(body=BODY))
    assert fetch(server, tmp_path, entry).path.read_bytes() == BODY


def test_without_an_address_the_message_says_where_to_put_the_file(server, tmp_path):
    entry = file_entry(BODY, url="")
    place = str(tmp_path / "survey-grid" / "grid.nc")
    with pytest.raises(FetchError, match=r"10\.0000/none") as caught:
        fetch(server, tmp_path, entry)
    assert place in str(caught.value)
    put(tmp_path, entry, OTHER)
    with pytest.raises(ChecksumError, match="not the file we know"):
        fetch(server, tmp_path, entry)
    put(tmp_path, entry, BODY)
    assert not fetch(server, tmp_path, entry).fresh


def test_a_file_put_there_by_hand_is_looked_at_and_remembered(server, tmp_path):
    entry = unpinned(url="")
    for wrong in (PAGE, b"", OTHER + BODY):
        put(tmp_path, entry, wrong)
        with pytest.raises(UnexpectedContentError):
            fetch(server, tmp_path, dataclasses.replace(entry, limit_bytes=10_000))
    put(tmp_path, entry, BODY)
    fetch(server, tmp_path, entry)
    put(tmp_path, entry, OTHER)
    with pytest.raises(ChecksumError, match=r"--accept survey-grid/grid\.nc"):
        fetch(server, tmp_path, entry)
    assert forget(tmp_path, "survey-grid", "grid.nc")
    assert fetch(server, tmp_path, entry).sha256 == checksum(OTHER)


@pytest.mark.parametrize("name", ["../grid.nc", "a/b.nc", ".hidden", "", "a\0b"])
def test_a_name_that_is_a_path_is_refused(server, tmp_path, name):
    with pytest.raises(SourceError, match="plain name"):
        fetch(server, tmp_path, file_entry(BODY, name=name))
    assert left_in(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_said(server, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="could not be made"):
        fetch(server, tmp_path / "file" / "downloads", file_entry(BODY))


@pytest.mark.parametrize("where", ["mirror", "downloads"])
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(server, tmp_path, where):
    # The memory of this process is an ordinary file whose first bytes give EIO.
    memory = Path("/proc/self/mem")
    entry = file_entry(BODY, name=memory.name)
    source = dataclasses.replace(publication(entry), id="self")
    places = {"downloads": tmp_path / "d", "mirror": Path("/proc")}
    if where == "downloads":
        places = {"downloads": tmp_path / "d"}
        (tmp_path / "d").mkdir()
        (tmp_path / "d" / "self").symlink_to("/proc/self")
    with pytest.raises(FetchError, match=r"mem cannot be read.*run the command again"):
        obtain(source, entry, connection=connection_to(server), **places)
    assert server.seen == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("where", ["mirror", "downloads"])
def test_a_file_nobody_may_read_is_named_with_what_to_do(server, tmp_path, where):
    entry = file_entry(BODY)
    path = put(tmp_path / where, entry, BODY)
    path.chmod(0)
    mirror = tmp_path / "mirror" if where == "mirror" else None
    with pytest.raises(FetchError, match=r"grid\.nc cannot be read"):
        fetch(server, tmp_path / "downloads", entry, mirror=mirror)


def test_a_pipe_in_place_of_a_part_or_its_note_does_not_hold_us_up(server, tmp_path):
    entry = file_entry(BODY)
    folder = put(tmp_path, entry, b"").parent
    server.plays(Act(body=BODY))
    (folder / "grid.nc").unlink()
    os.mkfifo(folder / "grid.nc.part.json")
    (folder / "grid.nc.part").write_bytes(BODY[:3_000])
    assert fetch(server, tmp_path, entry).path.read_bytes() == BODY
    (folder / "grid.nc").unlink()
    os.mkfifo(folder / "grid.nc.part")
    assert fetch(server, tmp_path, entry).path.read_bytes() == BODY
    assert left_in(tmp_path) == WHOLE


# First seen.


def test_the_first_file_seen_is_the_only_one(server, tmp_path):
    entry = unpinned()
    server.plays(Act(body=BODY))
    assert fetch(server, tmp_path, entry).sha256 == checksum(BODY)
    put(tmp_path, entry, b"").unlink()
    server.plays(Act(body=OTHER))
    with pytest.raises(ChecksumError, match="first seen"):
        fetch(server, tmp_path, entry)
    assert left_in(tmp_path) == ["ledger.json"]
    server.plays(Act(body=BODY))
    assert fetch(server, tmp_path, entry).fresh


def test_a_forgotten_file_is_fetched_again_and_kept_until_then(server, tmp_path):
    entry = unpinned()
    server.plays(Act(body=BODY))
    path = fetch(server, tmp_path, entry).path
    assert forget(tmp_path, "survey-grid", "grid.nc")
    server.plays(Act(status=503))
    with pytest.raises(FetchError):
        fetch(server, tmp_path, entry)
    assert path.read_bytes() == BODY
    server.plays(Act(body=OTHER))
    assert fetch(server, tmp_path, entry).fresh
    assert path.read_bytes() == OTHER
    assert not fetch(server, tmp_path, entry).fresh
    assert len(server.seen) == 7


def test_the_ledger_says_what_came_and_when(server, tmp_path):
    entry = unpinned()
    server.plays(Act(body=BODY, modified="Mon, 02 Feb 2026 08:00:00 GMT"))
    fetch(server, tmp_path, entry)
    (seen,) = read_ledger(tmp_path).values()
    assert seen.sha256 == checksum(BODY)
    assert seen.url == entry.url
    assert seen.etag == '"v1"'
    assert seen.last_modified == "Mon, 02 Feb 2026 08:00:00 GMT"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", seen.retrieved)
    before = (tmp_path / "ledger.json").stat().st_mtime_ns
    fetch(server, tmp_path, entry)
    assert (tmp_path / "ledger.json").stat().st_mtime_ns == before


def test_an_archive_cut_at_its_end_is_not_the_first_one_seen(server, tmp_path):
    entry = unpinned(name="table.zip", format="zip of CSV")
    whole = packed("name,lon,lat\n")
    cut = Act(body=whole[:-30])
    server.plays(cut)
    with pytest.raises(UnexpectedContentError, match="is cut"):
        fetch(server, tmp_path, entry)
    assert left_in(tmp_path) == []
    server.plays(Act(body=whole))
    assert fetch(server, tmp_path, entry).path.read_bytes() == whole


def test_a_file_nobody_knows_is_not_put_together_from_pieces(server, tmp_path):
    server.plays(Act(body=OTHER, cut=3_000), Act(body=BODY))
    assert fetch(server, tmp_path, unpinned()).path.read_bytes() == BODY
    assert [("range" in entry.headers) for entry in server.seen] == [False, False]
    server.plays(Act(body=OTHER, cut=3_000), Act(status=404))
    with pytest.raises(FetchError, match="nothing is kept"):
        fetch(server, tmp_path / "no", unpinned())
    assert left_in(tmp_path / "no") == []


def test_a_part_kept_while_the_file_was_pinned_is_no_part_of_an_unknown_one(
    server, tmp_path
):
    server.plays(Act(body=OTHER, cut=3_000), Act(status=404))
    with pytest.raises(FetchError, match="bytes are kept"):
        fetch(server, tmp_path, file_entry(OTHER))
    server.plays(Act(body=BODY))
    assert fetch(server, tmp_path, unpinned()).path.read_bytes() == BODY
    assert "range" not in server.seen[-1].headers


def test_two_versions_that_met_under_one_tag_are_told_apart_by_the_checksum(
    server, tmp_path
):
    server.plays(Act(body=OTHER, cut=3_000), Act(body=BODY))
    assert fetch(server, tmp_path, file_entry(BODY)).path.read_bytes() == BODY
    assert len(server.seen) == 3


# The mirror.


def test_a_file_of_a_mirror_is_used_where_it_lies(server, tmp_path):
    mirror, home = tmp_path / "mirror", tmp_path / "downloads"
    entry = file_entry(BODY)
    path = put(mirror, entry, BODY)
    found = fetch(server, home, entry, mirror=mirror)
    assert (found.path, found.origin) == (path, "mirror")
    assert (found.rebuilt, found.fresh) == (False, False)
    assert left_in(home) == ["ledger.json"]
    assert server.seen == []


def test_a_reconstruction_is_known_as_one(server, tmp_path):
    entry = unpinned(rebuilt_sha256=checksum(OTHER))
    put(tmp_path / "mirror", entry, OTHER)
    found = fetch(server, tmp_path / "d", entry, mirror=tmp_path / "mirror")
    assert found.rebuilt
    # The publisher's own file may differ from it.
    server.plays(Act(body=BODY))
    assert not fetch(server, tmp_path / "d", entry).rebuilt
    assert fetch(server, tmp_path / "d", entry, mirror=tmp_path / "mirror").rebuilt


def test_a_wrong_file_of_a_mirror_is_refused(server, tmp_path):
    entry = file_entry(BODY, rebuilt_sha256=checksum(b"rebuilt"))
    put(tmp_path / "mirror", entry, OTHER)
    with pytest.raises(ChecksumError):
        fetch(server, tmp_path / "d", entry, mirror=tmp_path / "mirror")
    with pytest.raises(UnexpectedContentError, match="at most 5,999"):
        fetch(
            server,
            tmp_path / "d",
            dataclasses.replace(entry, limit_bytes=5_999),
            mirror=tmp_path / "mirror",
        )


def test_what_a_mirror_does_not_hold_is_not_fetched(server, tmp_path):
    mirror = tmp_path / "mirror"
    entry = file_entry(BODY)
    outside = tmp_path / "outside.nc"
    outside.write_bytes(BODY)
    folder = mirror / "survey-grid"
    folder.mkdir(parents=True)
    path = folder / "grid.nc"
    device = Path(os.devnull)
    makers = (
        (lambda: None, "nothing is there"),
        (lambda: path.symlink_to(outside), "link out of the mirror"),
        (lambda: path.symlink_to("../../outside.nc"), "link out of the mirror"),
        (lambda: path.symlink_to(device), "link out of the mirror"),
        (lambda: path.symlink_to("grid.nc"), "cannot be followed"),
        (lambda: path.symlink_to("none.nc"), "link to nothing"),
        (path.mkdir, "is no file"),
        (lambda: os.mkfifo(path), "is no file"),
        (lambda: bind(path), "is no file"),
    )
    for make, why in makers:
        make()
        with pytest.raises(NotInMirrorError, match=f"{why}.*nothing is fetched"):
            fetch(server, tmp_path / "d", entry, mirror=mirror)
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
    (folder / "real.nc").write_bytes(BODY)
    path.symlink_to("real.nc")
    assert fetch(server, tmp_path / "d", entry, mirror=mirror).bytes == 6_000
    assert server.seen == []


def test_a_first_seen_file_of_a_mirror_is_held_against_what_was_seen(server, tmp_path):
    entry = unpinned()
    mirror, home = tmp_path / "mirror", tmp_path / "d"
    put(mirror, entry, PAGE)
    with pytest.raises(UnexpectedContentError):
        fetch(server, home, entry, mirror=mirror)
    put(mirror, entry, BODY)
    fetch(server, home, entry, mirror=mirror)
    put(mirror, entry, OTHER)
    with pytest.raises(ChecksumError, match="first seen"):
        fetch(server, home, entry, mirror=mirror)
    assert forget(home, "survey-grid", "grid.nc")
    assert fetch(server, home, entry, mirror=mirror).sha256 == checksum(OTHER)
    # The publisher's record holds for a mirror that was never seen.
    server.plays(Act(body=BODY))
    fetch(server, tmp_path / "e", entry)
    with pytest.raises(ChecksumError):
        fetch(server, tmp_path / "e", entry, mirror=mirror)


# Many at once.


def test_several_files_come_at_the_same_time(server, tmp_path):
    bodies = {f"grid{k}.nc": some_bytes(60_000 + k, seed=k) for k in range(12)}
    for name, body in bodies.items():
        server.plays(Act(body=body, cut=30_000), Act(body=body), path=f"/data/{name}")
    connection = connection_to(server)
    entries = [file_entry(body, name=name) for name, body in bodies.items()]
    source = publication(*entries)
    with ThreadPoolExecutor(6) as pool:
        found = list(
            pool.map(
                lambda entry: obtain(
                    source, entry, downloads=tmp_path, connection=connection
                ),
                entries,
            )
        )
    assert [item.path.read_bytes() for item in found] == list(bodies.values())
    assert len(read_ledger(tmp_path)) == 12
    assert left_in(tmp_path) == sorted(
        ["ledger.json", *(f"survey-grid/{name}" for name in bodies)]
    )


def test_one_file_asked_for_by_many_is_brought_by_one(server, tmp_path):
    body = some_bytes(500_000)
    entry = file_entry(body)
    server.plays(Act(body=body))
    connection = connection_to(server)
    with ThreadPoolExecutor(6) as pool:
        found = list(
            pool.map(
                lambda _: obtain(
                    publication(entry), entry, downloads=tmp_path, connection=connection
                ),
                range(12),
            )
        )
    assert sum(item.fresh for item in found) == 1
    assert {item.sha256 for item in found} == {checksum(body)}
    assert len(server.seen) == 1
    assert left_in(tmp_path) == WHOLE


def test_who_waits_for_another_run_can_be_stopped(server, tmp_path):
    silence, stop = threading.Event(), Stop()
    entry = file_entry(BODY)
    server.plays(Act(body=BODY, at=3_000, piece=1_000, when=stop.set, hold=silence))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(fetch, server, tmp_path, entry)
        stop.wait(20)
        with pytest.raises(FetchError, match="another run"):
            fetch(server, tmp_path, entry, stop=stop)
        silence.set()
        assert first.result().path.read_bytes() == BODY
    assert left_in(tmp_path) == WHOLE


# Programs that fetch, and die.


@pytest.fixture
def program(server, authority, tmp_path):
    """Start programs that fetch some content into a folder; none outlives the test."""
    started = []
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)

    def start(folder, body, **more):
        wish = {
            "folder": str(folder),
            "port": server.port,
            "ca": str(ca),
            "sha256": checksum(body),
            "bytes": len(body),
            **more,
        }
        process = subprocess.Popen(
            [sys.executable, fetch_once.__file__, json.dumps(wish)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_two_programs_that_want_the_same_file_do_not_spoil_it(
    server, program, tmp_path
):
    body = some_bytes(3_000_000)
    server.plays(Act(body=body, piece=10_000))
    running = [program(tmp_path / "d", body) for _ in range(3)]
    said = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert (tmp_path / "d" / "survey-grid" / "grid.nc").read_bytes() == body
    assert left_in(tmp_path / "d") == WHOLE
    assert server.served == len(body)


def test_a_program_killed_at_any_byte_leaves_nothing_wrong(server, program, tmp_path):
    body = some_bytes(1_000_000)
    dice = random.Random(3)  # noqa: S311 - moments, not secrets
    moments = [dice.randrange(1, len(body)) for _ in range(KILLS - 4)]
    moments += [1, BARELY_BEGUN, len(body) - 1, len(body)]
    kills = refetched = 0
    for number, moment in enumerate(moments):
        folder = tmp_path / str(number)
        kept = folder / "survey-grid" / "grid.nc"
        server.plays(Act(body=body, piece=dice.choice((1_000, 16_384, 50_000))))
        process = program(folder, body, aloud=True)
        for line in process.stdout:
            if int(line) >= moment:
                process.kill()
                break
        process.communicate(timeout=60)
        kills += process.returncode == -signal.SIGKILL
        assert not kept.exists() or kept.read_bytes() == body
        server.plays(Act(body=body))
        server.seen.clear()
        fetch(server, folder, file_entry(body))
        assert kept.read_bytes() == body
        assert left_in(folder) == WHOLE
        refetched += server.served
        assert server.served <= len(body) - moment
    assert kills >= KILLS - 4  # after the last byte it may be too late to kill
    assert refetched < 0.6 * len(moments) * len(body)


def test_a_program_killed_at_any_step_leaves_nothing_wrong(server, program, tmp_path):
    server.plays(Act(body=BODY))
    for step in range(1, 100):
        folder = tmp_path / str(step)
        process = program(folder, BODY, step=step)
        process.communicate(timeout=60)
        kept = folder / "survey-grid" / "grid.nc"
        assert not kept.exists() or kept.read_bytes() == BODY
        fetch(server, folder, file_entry(BODY))
        assert kept.read_bytes() == BODY
        assert left_in(folder) == WHOLE, step
        assert len(read_ledger(folder)) == 1
        if process.returncode == 0:
            break
    assert 8 < step < 99


def test_bytes_are_durable_before_their_name_is_and_the_name_before_we_go_on(
    server, program, tmp_path
):
    server.plays(Act(body=BODY))
    process = program(tmp_path / "d", BODY, trace=True)
    said, complaint = process.communicate(timeout=60)
    assert process.returncode == 0, complaint
    assert [line.split("\t") for line in said.decode().splitlines()] == [
        ["fsync", "survey-grid/grid.nc.part"],
        ["rename", "survey-grid/grid.nc.part", "survey-grid/grid.nc"],
        ["fsync", "survey-grid"],
        ["fsync", ".ledger.json.N.part"],
        ["rename", ".ledger.json.N.part", "ledger.json"],
        ["fsync", "."],
    ]


def test_a_full_disk_is_said_and_leaves_no_wrong_file(server, program, tmp_path):
    body = some_bytes(400_000)
    server.plays(Act(body=body))

    process = program(tmp_path / "d", body, largest_file=100_000)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "StorageError" in complaint.decode()
    assert "400,000 bytes needed" in complaint.decode()
    assert left_in(tmp_path / "d") == [
        "survey-grid/grid.nc.part",
        "survey-grid/grid.nc.part.json",
    ]
    server.seen.clear()
    fetch(server, tmp_path / "d", file_entry(body))
    assert left_in(tmp_path / "d") == WHOLE
    assert server.served == 300_000


def test_what_a_mirror_lacks_is_taken_from_what_was_brought_before(tmp_path):
    brought = tmp_path / "downloads" / "usgs-tien-shan-ree" / "tien-shan-ree.csv"
    brought.parent.mkdir(parents=True)
    brought.write_text("name,lon,lat\n", encoding="utf-8")
    (tmp_path / "mirror").mkdir()
    source = load_catalogue().published("usgs-tien-shan-ree")
    found = obtain(
        source,
        source.file("tien-shan-ree.csv"),
        downloads=tmp_path / "downloads",
        mirror=tmp_path / "mirror",
    )
    assert found.path == brought
