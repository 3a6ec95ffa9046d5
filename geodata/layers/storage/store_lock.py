"""The lock of a layer store: one process at a time changes what lies there."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from geodata.errors import StorageError

LOCK = ".lock"
_PATIENCE_S = 300.0
_PAUSE_S = 0.02


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a store; it ends with its holder, however that ends.

    Readers need no lock.  It does not nest: a second one in the same process waits
    for the first.

    Parameters
    ----------
    folder : Path
        The store; made when absent.

    Raises
    ------
    StorageError
        If the folder cannot be made or written, or another process holds the lock
        for five minutes.  A failure of the file system inside counts as such.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("a") as stream:
            _acquire(stream, folder)
            yield
    except OSError as error:
        raise StorageError(
            f"The layer store {folder} cannot be written ({error.strerror or error}). "
            "Free some space or choose another folder with ATLAS_HOME, then run the "
            "command again."
        ) from error


def _acquire(stream: IO[str], folder: Path) -> None:
    limit = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > limit:
                raise StorageError(
                    f"Another process has been writing to the layer store {folder} for "
                    f"{_PATIENCE_S:.0f} s. Wait for it, or end it if it hangs, then "
                    "run the command again."
                ) from None
            time.sleep(_PAUSE_S)
        else:
            return
