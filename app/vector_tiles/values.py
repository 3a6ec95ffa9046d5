"""Attributes of a collection, encoded once, from which each tile takes its own."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.collection import Collection
from app.columns import Column, values_of
from app.vector_tiles.varints import Numbers, Packed, field, pack, varint

_STRING, _DOUBLE, _SIGNED, _BOOLEAN = 1, 3, 6, 7  # fields of a value


@dataclass(frozen=True, slots=True)
class TileValues:
    """The values of a collection's columns.

    Attributes
    ----------
    names : tuple of str
        Keys of the attributes.
    codes : array of int32, shape (rows, columns)
        Position in :attr:`encoded`; -1 = missing.
    encoded : list of bytes
        Each different value once, as a field of the layer.
    """

    names: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    encoded: list[bytes]

    def tags(self, rows: Numbers) -> "Tags":
        """Return the attributes of some rows, their values numbered anew."""
        codes = self.codes[rows]
        known = codes >= 0
        used, local = np.unique(codes[known], return_inverse=True)
        key = np.broadcast_to(np.arange(len(self.names)), codes.shape)[known]
        pairs = np.stack([key, local], axis=1).reshape(-1).astype(np.int64)
        starts = np.concatenate([[0], np.cumsum(2 * known.sum(axis=1))])
        fields = [field(3, name.encode()) for name in self.names]
        fields += [self.encoded[code] for code in used.tolist()]
        return Tags(pack(pairs), starts, b"".join(fields))


@dataclass(frozen=True, slots=True)
class Tags:
    """Attributes of the features of one layer.

    Attributes
    ----------
    packed : Packed
        Pairs of key and value, feature by feature.
    starts : array of int64, shape (n + 1,)
        Where those of each feature begin.
    tables : bytes
        Keys and values, as fields of the layer.
    """

    packed: Packed
    starts: Numbers
    tables: bytes


def encode_values(found: Collection, columns: Sequence[Column]) -> TileValues:
    """Encode the values of a collection's columns; ``id`` stands first."""
    names = ["id", *(column.name for column in columns if column.name != "id")]
    values = {
        column.name: values_of(found.table[column.name], slice(None))
        for column in columns
    }
    values["id"] = list(found.ids)
    encoded: dict[bytes, int] = {}
    codes = np.full((len(found.ids), len(names)), -1, dtype=np.int32)
    for at, name in enumerate(names):
        for row, value in enumerate(values[name]):
            if value is not None:
                codes[row, at] = encoded.setdefault(_encoded(value), len(encoded))
    return TileValues(tuple(names), codes, list(encoded))


def _encoded(value: object) -> bytes:
    """Encode a value as a field of the layer."""
    if isinstance(value, bool):
        told = varint(_BOOLEAN << 3) + varint(int(value))
    elif isinstance(value, int):
        told = varint(_SIGNED << 3) + varint((value << 1) ^ (value >> 63))
    elif isinstance(value, float):
        told = varint(_DOUBLE << 3 | 1) + struct.pack("<d", value)
    else:
        told = field(_STRING, str(value).encode())
    return field(4, told)
