"""The part of a file that is here: one writer, one address, no stray name."""

import threading
from concurrent.futures import ThreadPoolExecutor

from geodata.sources.note import Note
from geodata.sources.partial import clear_partial, open_partial

URL = "https://files.example/a"
NOTE = Note(url=URL, etag='"v1"', total=10)


def begin(final, content=b"12345", *, url=URL):
    """Leave a partial file behind, as a run that was killed does."""
    with open_partial(final, url, threading.Event()) as partial:
        partial.restart(Note(url=url, etag='"v1"', total=10))
        partial.write(content)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_bytes_of_the_same_address_are_taken_up(tmp_path):
    final = tmp_path / "a"
    begin(final)
    with open_partial(final, URL, threading.Event()) as partial:
        assert (partial.size, partial.note, partial.resumed) == (5, NOTE, True)
        partial.go_on(NOTE)
        partial.write(b"67890")
        assert partial.is_whole
        partial.finish()
    assert final.read_bytes() == b"1234567890"
    assert names(tmp_path) == ["a"]


def test_bytes_of_another_address_or_without_a_note_are_not(tmp_path):
    final = tmp_path / "a"
    note = tmp_path / "a.part.json"
    for spoil in (
        lambda: begin(final, url="https://files.example/b"),
        lambda: note.write_text('{"url": "https'),
        lambda: note.write_text("[]"),
        lambda: note.write_text('{"colour": "red"}'),
        lambda: begin(final, b"more bytes than promised"),
        note.unlink,
    ):
        begin(final)
        spoil()
        with open_partial(final, URL, threading.Event()) as partial:
            assert (partial.size, partial.resumed) == (0, False)
            partial.restart(NOTE)
            partial.write(b"1234567890")
            assert partial.path.read_bytes() == b"1234567890"


def test_who_waited_writes_a_file_of_its_own(tmp_path):
    final = tmp_path / "a"

    def second():
        waiting.set()
        with open_partial(final, URL, threading.Event()) as partial:
            partial.restart(NOTE)
            partial.write(b"second")
            return partial.path.read_bytes()

    for end in ("finish", "discard"):
        waiting = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            with open_partial(final, URL, threading.Event()) as first:
                first.restart(NOTE)
                first.write(b"first")
                waited = pool.submit(second)
                waiting.wait(20)
                getattr(first, end)()
            assert waited.result() == b"second"
        assert final.read_bytes() == b"first"


def test_who_is_done_removes_nothing_of_those_who_come_after(tmp_path):
    final = tmp_path / "a"
    with open_partial(final, URL, threading.Event()) as first:
        first.restart(NOTE)
        first.finish()
        begin(final)
        first.discard()
        first.settle()
    assert names(tmp_path) == ["a", "a.part", "a.part.json"]
    clear_partial(final)
    clear_partial(final)
    assert names(tmp_path) == ["a"]
