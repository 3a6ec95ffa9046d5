"""Say which of several files an error is about, so that the others can go on."""

import contextlib
from collections.abc import Iterator

from geodata.errors import LayerFormatError


@contextlib.contextmanager
def blaming(part: tuple[str, str]) -> Iterator[None]:
    """Name a file in the errors that come out of reading it.

    Parameters
    ----------
    part : (source id, file name)
        The one file that is read inside.

    Raises
    ------
    LayerFormatError
        The very error that was raised inside, its ``part`` set.  An error that names
        a file already keeps it: the innermost knows best.  A full disk is nobody's
        fault, so other errors pass as they are.

    Examples
    --------
    >>> try:
    ...     with blaming(("afead", "AFEAD_v2022.zip")):
    ...         raise LayerFormatError("no column CONF")
    ... except LayerFormatError as error:
    ...     error.part
    ('afead', 'AFEAD_v2022.zip')
    """
    try:
        yield
    except LayerFormatError as error:
        if error.part is None:
            error.part = part
        raise
