"""Read back the pictures of few colours that tiles are."""

import struct
import zlib

import numpy as np
import numpy.typing as npt


def decode(content: bytes) -> tuple[npt.NDArray[np.uint8], bytes, bytes]:
    """Read back a picture of palette positions: positions, palette, opacity."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    found, at = {}, 8
    while at < len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        (check,) = struct.unpack(">I", content[at + 8 + size : at + 12 + size])
        assert check == zlib.crc32(kind + body)
        found[kind], at = body, at + 12 + size
    columns, rows = struct.unpack(">II", found[b"IHDR"][:8])
    lines = np.frombuffer(zlib.decompress(found[b"IDAT"]), dtype=np.uint8)
    return lines.reshape(rows, columns + 1)[:, 1:], found[b"PLTE"], found[b"tRNS"]
