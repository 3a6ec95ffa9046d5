"""Read foreign files in a child process that the kernel confines.

Libraries that read many formats also follow what files name: other files, servers,
programs.  So they work in a child that can open the files it was given and nothing
else, write nowhere but where it was told, and make no connection (Landlock, Linux 5.13
or later; connections from 6.7), with bounded memory and time.  GDAL there knows the
few formats of :data:`DRIVERS`.  On another kernel the short list of formats and the
checks of the readers stand alone.

References
----------
.. [Landlock] https://docs.kernel.org/userspace-api/landlock.html
"""

import contextlib
import functools
import logging
import os
import resource
import tempfile
import threading
import time
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import ParamSpec, TypeVar

from geodata.errors import UnsafeFileError
from geodata.readers.child_environment import environment_of_children, is_sound
from geodata.readers.landlock import landlock_version, restrict_files
from geodata.readers.reply import Kind
from geodata.readers.reply_pipe import receive, send

_CONNECTIONS = 4  # version of Landlock that knows of TCP
_PRELOAD = tuple(f"geodata.readers.{name}" for name in ("vector", "netcdf", "geotiff"))

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)
_starting = threading.Lock()
_state = {"confined": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The most a child may take.

    Attributes
    ----------
    memory_bytes : int
        Of address space; real memory stays far below, libraries reserve much.
    processor_s : int
        Processor time, seconds.
    wall_s : float
        Time by the clock, seconds: a file may wait for ever without any work.
    """

    memory_bytes: int = 4 * 1024**3
    processor_s: int = 900
    wall_s: float = 1800.0


DEFAULT_ALLOWANCE = Allowance()


def is_confined() -> bool:
    """Tell whether this process is a child of the sandbox."""
    return _state["confined"]


def confined(read: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Make a function of a file run in a child, unless it is in one already.

    The file is its first argument.  The child can read it, and the files beside it
    that have its name with another ending; it answers with what the annotation says.
    """

    @functools.wraps(read)
    def call(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        if is_confined():
            return read(*args, **kwargs)
        there = functools.partial(call, *args, **kwargs)
        kind = typing.get_type_hints(read)["return"]
        return run_confined(there, answer=kind, readable=_family(Path(str(args[0]))))

    return call


def run_confined(
    function: Callable[[], Answer],
    *,
    answer: Kind,
    readable: Iterable[Path],
    writable: Iterable[Path] = (),
    allowance: Allowance = DEFAULT_ALLOWANCE,
    preload: Sequence[str] = _PRELOAD,
) -> Answer:
    """Call a function in a child that is confined, and return what it returns.

    Parameters
    ----------
    function : callable
        It can be pickled.  An error of it that is not known comes back as the nearest
        that is, with its name.
    answer : type or form of one
        What it returns; see :mod:`geodata.readers.reply`.  Nothing else is made of
        what the child says.
    readable, writable : iterable of Path
        Files and folders, with all that is in them.  A private folder for what is
        temporary can be written besides, and is removed afterwards.
    allowance : Allowance
        What the child may take.
    preload : sequence of str
        Modules to be imported once for all children; the first call decides.

    Raises
    ------
    UnsafeFileError
        If the child dies, takes longer than it may, or answers with something else;
        otherwise what the function raises.
    """
    context = get_context("forkserver")
    ours, theirs = context.Pipe(duplex=False)
    with ours, tempfile.TemporaryDirectory(prefix="atlas-") as private:
        process = context.Process(
            target=_serve,
            args=(theirs, function, [*readable], [*writable, Path(private)], allowance),
            daemon=True,
        )
        with _starting, environment_of_children():
            context.set_forkserver_preload([*preload])
            process.start()
        _say_if_unconfined()
        theirs.close()
        until = time.monotonic() + allowance.wall_s
        try:
            found = receive(ours, answer, until=until, most=allowance.memory_bytes)
            return typing.cast("Answer", found)
        except EOFError as lost:
            process.join()
            raise UnsafeFileError(
                "The process that read the file ended without a word (exit code "
                f"{process.exitcode}). A file may be damaged or hostile, or memory ran "
                "out; nothing of it was used."
            ) from lost
        except TimeoutError as late:
            raise UnsafeFileError(
                f"Reading took longer than {allowance.wall_s:g} s and was ended. "
                "Nothing of the file was used; look at it before anything else."
            ) from late
        finally:
            process.kill()
            process.join()


def confine(
    readable: Iterable[Path], writable: Iterable[Path], allowance: Allowance
) -> None:
    """Bound this process, for good, before it reads anything foreign.

    Parameters
    ----------
    readable, writable : iterable of Path
        What it may still open, beside the libraries it is made of.
    allowance : Allowance
        Memory and processor time.
    """
    memory, seconds = allowance.memory_bytes, allowance.processor_s
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _state["confined"] = True
    restrict_files(readable, writable)


def _serve(
    answers: Connection,
    function: Callable[[], object],
    readable: Sequence[Path],
    writable: Sequence[Path],
    allowance: Allowance,
) -> None:
    """Be the child; the last folder that can be written is its own."""
    if not is_sound():
        raise RuntimeError("Children were started before the sandbox was; not safe.")
    tempfile.tempdir = str(writable[-1])
    confine(readable, writable, allowance)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        found = function()
        send(answers, found)
    except MemoryError:
        send(answers, None, _out_of_memory(allowance))
    except Exception as error:  # noqa: BLE001 (it is raised again in the parent)
        send(answers, None, error)


def _out_of_memory(allowance: Allowance) -> UnsafeFileError:
    return UnsafeFileError(
        f"A file asked for more than {allowance.memory_bytes / 1024**3:.1f} GB of "
        "memory. Look at it; it may not be what it says it is."
    )


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however it ended."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@functools.cache
def _say_if_unconfined() -> None:
    version = landlock_version()
    if not version:
        _log.warning(
            "This kernel has no Landlock: files are read with few formats and every "
            "check, but the kernel does not keep the process from other files."
        )
    elif version < _CONNECTIONS:
        _log.warning(
            "This kernel keeps the process that reads files from other files, but not "
            "from connections (Linux 6.7 does); few formats and checks stand alone."
        )


def _family(path: Path) -> list[Path]:
    """Return a file and those beside it with its name and another ending."""
    if path.is_dir():
        return [path]
    with contextlib.suppress(OSError):
        stem = f"{path.stem.lower()}."
        near = path.parent.iterdir()
        return [other for other in near if other.name.lower().startswith(stem)]
    return [path]
