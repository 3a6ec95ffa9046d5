"""Write a picture of few colours as PNG, the same bytes for the same picture."""

import struct
import zlib

import numpy as np
import numpy.typing as npt

from app.maps.colours import Colour

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def indexed_png(
    index: npt.NDArray[np.uint8], colours: list[Colour], *, transparent: int
) -> bytes:
    """Encode an image of palette positions.

    Parameters
    ----------
    index : array of uint8, shape (rows, columns)
        Position in ``colours``, north row first.
    colours : list of Colour
        At most 256.
    transparent : int
        The position that is not drawn.

    Returns
    -------
    bytes
        A PNG file.

    Notes
    -----
    Portable Network Graphics, third edition, sections 11.2 and 11.3.
    """
    rows, columns = index.shape
    palette = b"".join(bytes((c.red, c.green, c.blue)) for c in colours)
    opacity = bytes(0 if row == transparent else 255 for row in range(len(colours)))
    lines = np.zeros((rows, columns + 1), dtype=np.uint8)  # a filter byte a row
    lines[:, 1:] = index
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", opacity),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
