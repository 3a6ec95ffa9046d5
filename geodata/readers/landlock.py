"""Let the kernel refuse a process files and connections it has no need of.

References
----------
.. [Landlock] https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_SYSTEM = (
    *("/usr/lib", "/usr/lib64", "/usr/share", "/lib", "/lib64"),
    *("/etc/ld.so.cache", "/etc/localtime", "/dev/urandom", "/proc/self"),
    "/sys/devices/system/cpu",
)
_CREATE, _ADD, _RESTRICT = 444, 445, 446  # system calls, alike on every architecture
_NO_NEW_PRIVILEGES = 38
_VERSION_WANTED = 1
_READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read file, read folder
_OF_A_FILE = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
_EVERY_ACCESS = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 4: 1 << 15}  # then 1 << 16
_TCP = 0b11  # bind and connect
_SCOPES = 0b11  # signals and abstract sockets stay inside
_TCP_SINCE, _SCOPES_SINCE = 4, 6  # versions of Landlock


def landlock_version() -> int:
    """Return the version of Landlock that the kernel has; 0 = none."""
    return max(0, _system_call(_CREATE, None, 0, _VERSION_WANTED))


def restrict_files(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Let this thread, and those it starts, open certain files only, for good.

    Parameters
    ----------
    readable, writable : iterable of Path
        Files and folders, with all that is in them; beside them the libraries can be
        read that Python is made of.  No TCP connection can be made any more.

    Returns
    -------
    bool
        False where the kernel has no Landlock; then nothing has changed.
    """
    version = landlock_version()
    if not version:
        return False
    every = _EVERY_ACCESS.get(version, 1 << 16) - 1
    tcp, scopes = _TCP * (version >= _TCP_SINCE), _SCOPES * (version >= _SCOPES_SINCE)
    size = 8 * (1 + (version >= _TCP_SINCE) + (version >= _SCOPES_SINCE))
    rules = struct.pack("<3Q", every, tcp, scopes)[:size]
    ruleset = _require(_system_call(_CREATE, rules, size, 0), "made no set of rules")
    for path in (*_libraries(), *readable):
        _allow(ruleset, path, _READ)
    for path in (*writable, Path("/dev/null")):
        _allow(ruleset, path, every)
    ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _require(_system_call(_RESTRICT, ruleset, 0), "did not confine the process")
    os.close(ruleset)
    return True


def _libraries() -> list[Path]:
    """Return where Python, its packages, our own and PROJ's data lie."""
    places = {*_SYSTEM, sys.prefix, sys.base_prefix, sys.exec_prefix}
    places |= {str(Path(__file__).resolve().parents[1])}
    places |= {place for place in sys.path if place.endswith("-packages")}
    places |= {os.environ.get("PROJ_DATA", ""), os.environ.get("PROJ_LIB", "")} - {""}
    return [Path(place) for place in sorted(places)]


def _allow(ruleset: int, path: Path, allowed: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there need not be opened
    try:
        if not path.is_dir():
            allowed &= _OF_A_FILE
        rule = struct.pack("<Qi", allowed, place)
        _require(_system_call(_ADD, ruleset, 1, rule, 0), f"knows no rule for {path}")
    finally:
        os.close(place)


def _require(returned: int, failed: str) -> int:
    if returned < 0:
        raise OSError(ctypes.get_errno(), f"Landlock {failed}")
    return returned


def _system_call(number: int, *arguments: object) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    return int(library.syscall(ctypes.c_long(number), *arguments))
