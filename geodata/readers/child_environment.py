"""The environment of a child that reads foreign files: what it needs and no more."""

import contextlib
import os
import re
from collections.abc import Iterator

from geodata.readers.formats import SKIPPED

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

_NEEDED = re.compile(
    r"PATH|LANG|LANGUAGE|LC_\w+|TZ|TZDIR|TMPDIR|LD_LIBRARY_PATH|"
    r"PROJ_DATA|PROJ_LIB|GDAL_DATA|\w+_NUM_THREADS|MALLOC_ARENA_MAX|"
    r"PYTHON(PATH|HOME|SAFEPATH|UTF8|HASHSEED|DONTWRITEBYTECODE|FAULTHANDLER)"
)


def is_sound() -> bool:
    """Tell whether this process was started with :func:`environment_of_children`."""
    return all(os.environ.get(name) == value for name, value in ENVIRONMENT.items())


@contextlib.contextmanager
def environment_of_children() -> Iterator[None]:
    """Start programs with the environment of children.

    Nobody else in this process sees a change: it is made where new programs inherit
    from, beneath :data:`os.environ`.
    """
    for name in [*os.environ]:
        if not _NEEDED.fullmatch(name):
            os.unsetenv(name)
    for name, value in ENVIRONMENT.items():
        os.putenv(name, value)
    try:
        yield
    finally:
        for name in ENVIRONMENT:
            os.unsetenv(name)
        for name, value in [*os.environ.items()]:
            os.putenv(name, value)
