"""Read many numbers from text, and know when one of them is not a number."""

import warnings

import numpy as np
import numpy.typing as npt

from geodata.errors import LayerFormatError, UnsafeFileError

_MAGIC_XML = b"<"


def read_numbers(
    content: bytes, *, expected: int, name: str
) -> npt.NDArray[np.float64]:
    """Return numbers that stand apart by blanks or line ends.

    Parameters
    ----------
    content : bytes
        ASCII; ``nan`` is a number, and means unknown.
    expected : int
        How many there must be.
    name : str
        Name of the file, for messages.

    Raises
    ------
    UnsafeFileError
        If the text is too short for so many; nothing was reserved then.
    LayerFormatError
        If there are more or fewer, or something else stands between them.
    """
    if len(content) + 1 < 2 * expected:
        raise UnsafeFileError(
            f"{name} claims {expected:,} numbers in {len(content):,} bytes. Its header "
            "is not true; do not use it."
        )
    if not content.isascii():
        raise LayerFormatError(f"{name} is not plain text. Check the catalogue.")
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            # NumPy reads text in place, many times faster than splitting it.
            values = np.fromstring(content.decode("ascii"), dtype=np.float64, sep=" ")
        except (DeprecationWarning, ValueError) as error:
            raise LayerFormatError(
                f"{name} holds something that is not a number among its values "
                f"({error}). Check the catalogue."
            ) from error
    if len(values) != expected:
        raise LayerFormatError(
            f"{name} holds {len(values):,} numbers; its layout needs {expected:,}. "
            "Fetch it again."
        )
    return values


def refuse_markup(content: bytes, *, name: str, expected: str) -> None:
    """Refuse text that is XML or HTML, whatever its name says.

    Raises
    ------
    UnsafeFileError
        If the first letter opens a tag.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == _MAGIC_XML:
        raise UnsafeFileError(
            f"{name} is XML or a web page, not {expected}. Nothing of it was used; do "
            "not use this file."
        )
