"""Whole arrays of numbers in the variable-length form of protocol buffers."""

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_LONGEST = 5  # bytes that a number of 32 bits may take

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Packed:
    """Numbers that are encoded one after another.

    Attributes
    ----------
    content : bytes
        All of them.
    ends : array of int64, shape (n + 1,)
        Where each number ends, zero first.
    """

    content: bytes
    ends: Numbers

    def parts(self, starts: Numbers) -> list[bytes]:
        """Cut the bytes where the numbers at some positions begin."""
        cuts = self.ends[starts].tolist()
        return [self.content[a:b] for a, b in itertools.pairwise(cuts)]


def pack(numbers: Numbers) -> Packed:
    r"""Encode numbers of 0 to 2³² − 1.

    >>> pack(np.array([1, 300])).content
    b'\x01\xac\x02'
    """
    sizes = np.ones(len(numbers), dtype=np.int64)
    for step in range(1, _LONGEST):
        sizes += numbers >= 1 << (7 * step)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    out = np.zeros(ends[-1], dtype=np.uint8)
    for step in range(int(sizes.max(initial=0))):
        has = sizes > step
        more = np.where(sizes[has] > step + 1, 128, 0)
        out[ends[:-1][has] + step] = ((numbers[has] >> (7 * step)) & 127) | more
    return Packed(out.tobytes(), ends)


def zigzag(numbers: Numbers) -> Numbers:
    """Turn signed numbers into small unsigned ones.

    >>> zigzag(np.array([0, -1, 1, -2])).tolist()
    [0, 1, 2, 3]
    """
    return (numbers << 1) ^ (numbers >> 63)


def varint(number: int) -> bytes:
    r"""Encode one number of at most 64 bits.

    >>> varint(300)
    b'\xac\x02'
    """
    if number < 128:
        return number.to_bytes()
    if number < 16_384:  # nearly every length and number that we write
        return bytes((number & 127 | 128, number >> 7))
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number: int, content: bytes) -> bytes:
    """Encode a field that holds bytes: its number (1 to 15), length and content."""
    return b"%c%b%b" % (number << 3 | 2, varint(len(content)), content)
