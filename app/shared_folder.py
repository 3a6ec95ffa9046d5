"""What the processes of one server share, a folder and an end; nothing stays behind."""

import fcntl
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path

from app.metrics import FOLDER

_BEGINNING = "atlas-serve-"


@contextmanager
def shared_folder() -> Iterator[Path]:
    """Make a private folder and name it to the processes that are started within.

    What servers left behind that were killed is removed first: a folder belongs to a
    living server as long as it is locked.
    """
    _remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=_BEGINNING))
    held = os.open(folder, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    (folder / "metrics").mkdir()
    os.environ["ATLAS_SHARED"] = str(folder)
    os.environ[FOLDER] = str(folder / "metrics")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _remove_leftovers() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_BEGINNING}*"):
        with suppress(OSError):  # another user's, or gone meanwhile
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(held)


def end_with_parent() -> None:
    """Stop this process in order when the one that started it is gone.

    Killed outright, that one cannot tell; its processes would hold the port for ever.
    """
    parent = parent_process()
    if parent is None:
        return

    def wait_for_it() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_it, name="parent", daemon=True).start()
