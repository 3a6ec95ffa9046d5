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
import pickle
import resource
import struct
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver, get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import ParamSpec, TypeVar

from geodata.errors import UnsafeFileError
from geodata.readers.formats import SKIPPED
from geodata.readers.landlock import landlock_version, restrict_files

ENVIRONMENT = {
    "GDAL_SKIP": SKIPPED,
    "CPL_LOG": os.devnull,  # where GDAL says that it lacks a driver to be skipped
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": "64",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "OGR_XLSX_HEADERS": "FORCE",
    "OGR_XLSX_FIELD_TYPES": "STRING",
    "PROJ_NETWORK": "OFF",
    # Another allocator reserves 1 GiB at its first use, out of the memory we allow.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "HDF5_PLUGIN_PRELOAD": "::",  # HDF5 loads no filter from any folder
}
"""Environment of a child, which GDAL reads when it is loaded."""

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
    that have its name with another ending.
    """

    @functools.wraps(read)
    def call(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        if is_confined():
            return read(*args, **kwargs)
        there = functools.partial(call, *args, **kwargs)
        return run_confined(there, readable=_family(Path(str(args[0]))))

    return call


def run_confined(
    function: Callable[[], Answer],
    *,
    readable: Iterable[Path],
    writable: Iterable[Path] = (),
    allowance: Allowance = DEFAULT_ALLOWANCE,
    preload: Sequence[str] = _PRELOAD,
) -> Answer:
    """Call a function in a child that is confined, and return what it returns.

    Parameters
    ----------
    function : callable
        It, its answer and its errors can be pickled.
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
        If the child dies or takes longer than it may; else what the function raises.
    """
    context = get_context("forkserver")
    with _starting, _environment():
        context.set_forkserver_preload([*preload])
        forkserver.ensure_running()
        _say_if_unconfined()
    ours, theirs = context.Pipe(duplex=False)
    with ours, tempfile.TemporaryDirectory(prefix="atlas-") as private:
        process = context.Process(
            target=_serve,
            args=(theirs, function, [*readable], [*writable, Path(private)], allowance),
            daemon=True,
        )
        process.start()
        theirs.close()
        try:
            in_time = ours.poll(allowance.wall_s)
            answer, error = _receive(ours) if in_time else (None, None)
        except (EOFError, OSError) as lost:
            process.join()
            raise UnsafeFileError(
                "The process that read the file ended without a word (exit code "
                f"{process.exitcode}). A file may be damaged or hostile, or memory ran "
                "out; nothing of it was used."
            ) from lost
        finally:
            process.kill()
            process.join()
    if not in_time:
        raise UnsafeFileError(
            f"Reading took longer than {allowance.wall_s:g} s and was ended. Nothing "
            "of the file was used; look at it before anything else."
        )
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]  # what the function returned


def lock_environment() -> None:
    """Set what children get, for this process and those it starts."""
    os.environ.update(ENVIRONMENT)


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
    if any(os.environ.get(name) != value for name, value in ENVIRONMENT.items()):
        raise RuntimeError("Children were started before the sandbox was; not safe.")
    tempfile.tempdir = str(writable[-1])
    confine(readable, writable, allowance)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    answer: tuple[object, BaseException | None]
    try:
        answer = (function(), None)
    except MemoryError:
        answer = (None, _out_of_memory(allowance))
    except Exception as error:  # noqa: BLE001 (it is raised again in the parent)
        answer = (None, error)
    _send(answers, answer)


def _out_of_memory(allowance: Allowance) -> UnsafeFileError:
    return UnsafeFileError(
        f"A file asked for more than {allowance.memory_bytes / 1024**3:.1f} GB of "
        "memory. Look at it; it may not be what it says it is."
    )


def _send(answers: Connection, answer: object) -> None:
    """Send an answer, large arrays as they lie in memory."""
    arrays: list[pickle.PickleBuffer] = []
    head = pickle.dumps(answer, protocol=5, buffer_callback=arrays.append)
    views = [array.raw() for array in arrays]
    answers.send_bytes(
        struct.pack(f"<{len(views) + 1}Q", len(views), *map(len, views)) + head
    )
    for view in views:
        answers.send_bytes(view)


def _receive(answers: Connection) -> tuple[object, BaseException | None]:
    content = answers.recv_bytes()
    (count,) = struct.unpack_from("<Q", content)
    arrays = [bytearray(size) for size in struct.unpack_from(f"<{count}Q", content, 8)]
    for array in arrays:
        answers.recv_bytes_into(array) if array else answers.recv_bytes()
    found: tuple[object, BaseException | None] = pickle.loads(  # noqa: S301 (our child's)
        memoryview(content)[8 * (count + 1) :], buffers=arrays
    )
    return found


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


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """Set the environment that children get, and take it back here."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    lock_environment()
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _family(path: Path) -> list[Path]:
    """Return a file and those beside it with its name and another ending."""
    if path.is_dir():
        return [path]
    with contextlib.suppress(OSError):
        stem = f"{path.stem.lower()}."
        near = path.parent.iterdir()
        return [other for other in near if other.name.lower().startswith(stem)]
    return [path]
