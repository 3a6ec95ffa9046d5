"""The memory of what was seen first."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from geodata.errors import SourceError, StorageError
from geodata.sources.ledger import (
    Retrieval,
    first_seen,
    forget,
    read_ledger,
    record,
    retrieved,
)


def seen(file="a.zip", *, origin="publisher", sha256="1" * 64, day=1):
    return Retrieval(
        source="survey",
        file=file,
        origin=origin,
        sha256=sha256,
        bytes=5,
        retrieved=f"2026-03-{day:02d}T12:00:00Z",
    )


def test_what_is_recorded_is_read_again(tmp_path):
    assert read_ledger(tmp_path / "nowhere") == {}
    entry = seen()
    record(tmp_path, entry)
    record(tmp_path, seen("b.zip"))
    assert read_ledger(tmp_path)["survey", "a.zip", "publisher"] == entry
    assert len(read_ledger(tmp_path)) == 2


def test_a_later_record_takes_the_place_of_the_earlier(tmp_path):
    record(tmp_path, seen(day=1))
    record(tmp_path, seen(day=2, origin="mirror"))
    record(tmp_path, seen(day=3, sha256="2" * 64))
    assert len(read_ledger(tmp_path)) == 2
    assert retrieved(tmp_path) == {("survey", "a.zip"): "2026-03-03T12:00:00Z"}


def test_the_same_records_in_any_order_make_the_same_file(tmp_path):
    for folder, names in (("one", "abc"), ("two", "cab")):
        (tmp_path / folder).mkdir()
        for name in names:
            record(tmp_path / folder, seen(name))
    contents = [
        (tmp_path / name / "ledger.json").read_bytes() for name in ("one", "two")
    ]
    assert contents[0] == contents[1]


def test_a_mirror_is_held_against_its_own_record_or_the_publishers(tmp_path):
    assert first_seen(tmp_path, "survey", "a.zip", "mirror") is None
    record(tmp_path, seen())
    assert first_seen(tmp_path, "survey", "a.zip", "mirror") == seen()
    other = seen(origin="mirror", sha256="2" * 64)
    record(tmp_path, other)
    assert first_seen(tmp_path, "survey", "a.zip", "mirror") == other
    assert first_seen(tmp_path, "survey", "a.zip", "publisher") == seen()
    assert first_seen(tmp_path, "survey", "b.zip", "publisher") is None


def test_what_is_forgotten_is_known_as_given_up(tmp_path):
    assert not forget(tmp_path, "survey", "a.zip")
    record(tmp_path, seen())
    record(tmp_path, seen(origin="mirror"))
    record(tmp_path, seen("b.zip"))
    assert forget(tmp_path, "survey", "a.zip")
    entries = read_ledger(tmp_path)
    assert set(entries) == {
        ("survey", "a.zip", "publisher"),
        ("survey", "b.zip", "publisher"),
    }
    given_up = entries["survey", "a.zip", "publisher"]
    assert (given_up.sha256, given_up.superseded) == ("", "1" * 64)
    assert not forget(tmp_path, "survey", "a.zip")
    assert not forget(tmp_path, "survey", "c.zip")


def test_a_mirror_alone_is_forgotten(tmp_path):
    record(tmp_path, seen(origin="mirror"))
    assert forget(tmp_path, "survey", "a.zip")
    assert read_ledger(tmp_path) == {}


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"a": 1}', b"[1]", b'[{"source": "x"}]', b"\xff"]
)
def test_a_damaged_ledger_is_not_taken_for_an_empty_one(tmp_path, content):
    (tmp_path / "ledger.json").write_bytes(content)
    for act in (
        lambda: read_ledger(tmp_path),
        lambda: record(tmp_path, seen()),
        lambda: forget(tmp_path, "survey", "a.zip"),
    ):
        with pytest.raises(SourceError, match="Restore it"):
            act()
    assert (tmp_path / "ledger.json").read_bytes() == content


def test_many_writers_lose_nothing(tmp_path):
    names = [f"{number}.zip" for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: record(tmp_path, seen(name)), names))
    assert {file for _, file, _ in read_ledger(tmp_path)} == set(names)
    assert [path.name for path in tmp_path.glob("*.*") if path.is_file()] == [
        "ledger.json"
    ]


def test_what_a_killed_writer_left_is_swept_up(tmp_path):
    (tmp_path / ".ledger.json.123.part").write_bytes(b"[{")
    record(tmp_path, seen())
    assert [path.name for path in tmp_path.glob("*.*") if path.is_file()] == [
        "ledger.json"
    ]
    assert json.loads((tmp_path / "ledger.json").read_bytes())[0]["file"] == "a.zip"


def test_a_ledger_that_cannot_be_written_stays_as_it_was(tmp_path):
    record(tmp_path, seen())
    before = (tmp_path / "ledger.json").read_bytes()
    long_name = "n" * 5_000_000
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StorageError, match="bytes needed"):
            record(tmp_path, seen(long_name))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "ledger.json").read_bytes() == before
    assert [path.name for path in tmp_path.glob("*.*") if path.is_file()] == [
        "ledger.json"
    ]
