"""What is kept in memory: answers asked for twice, and other values."""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import brotli

_SMALLEST_PACKED = 800  # bytes; below that it costs more than it saves
_PACKED = ("json", "text/", "xml", "csv", "javascript", "vector-tile")
_GZIP_LEVEL, _BROTLI_QUALITY = 4, 4

Key = TypeVar("Key")
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The bytes of an answer, what they are, and their packed forms once asked for.

    Attributes
    ----------
    content : bytes
        As they are.
    media_type : str
        What they are.
    headers : mapping of str to str
        What else belongs to them.
    packed : dict of str to bytes
        By encoding, ``br`` or ``gzip``.
    """

    content: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    packed: dict[str, bytes] = field(default_factory=dict)

    def in_encoding(self, encoding: str) -> bytes:
        """Return the bytes packed, packing them the first time."""
        if encoding not in self.packed:
            self.packed[encoding] = (
                brotli.compress(self.content, quality=_BROTLI_QUALITY)
                if encoding == "br"
                else gzip.compress(self.content, _GZIP_LEVEL, mtime=0)
            )
        return self.packed[encoding]

    @property
    def worth_packing(self) -> bool:
        """Whether packing makes it smaller by enough."""
        return len(self.content) >= _SMALLEST_PACKED and any(
            part in self.media_type for part in _PACKED
        )


class BoundedCache(Generic[Key, Kept]):
    """Values that are kept while there is room, the least used dropped first.

    Parameters
    ----------
    capacity : int
        Bytes to keep at most.
    size : function
        Bytes of a value.
    """

    def __init__(self, capacity: int, size: Callable[[Kept], int]) -> None:
        self._capacity = capacity
        self._size_of = size
        self._size = 0
        self._kept: OrderedDict[Key, tuple[Kept, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Kept | None:
        """Return a value kept earlier, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: Key, value: Kept) -> None:
        """Keep a value."""
        with self._lock:
            if key in self._kept:
                return
            size = self._size_of(value)
            self._kept[key] = (value, size)
            self._size += size
            while self._size > self._capacity:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._size -= dropped


class AnswerCache:
    """Answers that were asked for at least twice.

    One that was asked for once is only noted, by its tag: so addresses made up to fill
    the memory push nothing out.

    Parameters
    ----------
    capacity : int
        Bytes to keep at most.
    noted : int
        Tags to remember at most.
    """

    def __init__(self, capacity: int = 64_000_000, noted: int = 8192) -> None:
        self._kept = BoundedCache[str, Body](
            capacity,
            lambda body: 3 * len(body.content),  # with its packed forms
        )
        self._noted = BoundedCache[str, bool](noted, lambda _: 1)

    def get(self, tag: str) -> Body | None:
        """Return an answer kept earlier, or None."""
        return self._kept.get(tag)

    def put(self, tag: str, body: Body) -> None:
        """Keep an answer, if it is asked for again."""
        if self._noted.get(tag):
            self._kept.put(tag, body)
        else:
            self._noted.put(tag, True)  # a mark, not a choice
