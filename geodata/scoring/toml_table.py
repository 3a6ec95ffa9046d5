"""A table of a TOML file that somebody wrote by hand, read value by value.

Whatever the file holds, a wrong entry ends in one line that names the file, the table,
the key, what was expected and what came.
"""

import math
import re
import reprlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Never

from geodata.errors import DepositTypeError

LONGEST = 2_000
"""Letters of the longest text: a claim, a summary, a reference."""

_LONG_NUMBER = re.compile(r"[0-9_]{1000,}")
_GREATEST = 1e9  # of a number; nothing that is measured here is larger
_WORDS, _WORD = 1_000, 200  # words of a list, and letters of one


def decode(content: bytes, where: str) -> str:
    """Return the text of a file, which is UTF-8, with a byte-order mark or without.

    Raises
    ------
    DepositTypeError
        Naming the line that is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DepositTypeError(
            f"Line {line} of {where} is not UTF-8 text (byte "
            f"0x{content[error.start]:02x}); it may be Windows-1251 or UTF-16. Save "
            "the file as UTF-8."
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the file.

    Attributes
    ----------
    content : mapping
        What TOML gave.
    where : str
        The table and its file, as an error names it.
    """

    content: Mapping[str, object]
    where: str

    @classmethod
    def of_file(cls, text: str, where: str) -> "Table":
        """Read a whole file.

        Raises
        ------
        DepositTypeError
            If it is not valid TOML, or nested beyond all need.
        """
        try:
            return cls(content=tomllib.loads(text.removeprefix("\ufeff")), where=where)
        except (ValueError, RecursionError) as error:
            raise DepositTypeError(
                f"The file of {where} is not valid TOML: {_fault(text, error)}. "
                "Correct that line."
            ) from error

    def refuse(self, key: str, expected: str) -> Never:
        """Raise the error of a wrong entry."""
        raise DepositTypeError(
            f"'{key}' of {self.where} must be {expected}; got "
            f"{quoted(self.content.get(key))}."
        )

    def only(self, *known: str) -> None:
        """Refuse keys that mean nothing here: they are mostly misspelt."""
        unknown = sorted(set(self.content) - set(known))
        if unknown:
            raise DepositTypeError(
                f"The {self.where} has the unknown entries "
                f"{', '.join(map(quoted, unknown[:5]))}. Known are: {', '.join(known)}."
            )

    def text(self, key: str, *, most: int = LONGEST) -> str:
        """Return a text of one line that must be there."""
        value = self.content.get(key)
        if (
            not isinstance(value, str)
            or not value.strip()
            or not value.isprintable()
            or len(value) > most
        ):
            raise DepositTypeError(
                f"The {self.where} needs a '{key}' (one line of text, not empty, at "
                f"most {most:,} letters); got {quoted(value)}."
            )
        return value.strip()

    def text_or_empty(self, key: str, *, most: int = _WORD) -> str:
        """Return a text of one line that may be left out."""
        value = self.content.get(key, "")
        if not isinstance(value, str) or len(value) > most or not value.isprintable():
            self.refuse(key, f"one line of text, at most {most:,} letters")
        return value

    def flag(self, key: str) -> bool:
        """Read true or false; false when it is not there."""
        value = self.content.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, "true or false")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of words; an empty one where it is left out."""
        values = self.content.get(key, [])
        if (
            not isinstance(values, list)
            or len(values) > _WORDS
            or not all(isinstance(word, str) and is_word(word) for word in values)
        ):
            self.refuse(key, "a list of words")
        return tuple(values)

    def one_of(self, key: str, allowed: Sequence[str]) -> str:
        """Return one of some words."""
        value = self.content.get(key)
        if not isinstance(value, str) or value not in allowed:
            self.refuse(key, f"one of {', '.join(allowed)}")
        return value

    def number(
        self,
        key: str,
        *,
        default: float | None = None,
        low: float = -_GREATEST,
        high: float = _GREATEST,
        expected: str = "",
    ) -> float:
        """Return a finite number; truth values and texts are none."""
        value = self.content.get(key, default)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not (low <= value <= high)  # a NaN neither
        ):
            self.refuse(key, expected or f"a number from {low:g} to {high:g}")
        return float(value)

    def table(self, key: str, where: str = "") -> "Table":
        """Return a table inside this one."""
        value = self.content.get(key)
        where = where or f"'{key}' of {self.where}"
        if not isinstance(value, dict):
            raise DepositTypeError(f"The {where} must be a table; got {quoted(value)}.")
        return Table(content=value, where=where)

    def tables(self, key: str) -> Iterator["Table"]:
        """Yield the tables of a list, written ``[[key]]``; none if it is left out."""
        values = self.content.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, dict) for v in values):
            self.refuse(key, f"a list of tables, each begun by [[{key}]]")
        for position, value in enumerate(values, start=1):
            yield Table(content=value, where=f"{key} {position} of {self.where}")

    def named(self, where: str) -> "Table":
        """Return the same table under a better name."""
        return Table(content=self.content, where=where)


def is_word(text: str) -> bool:
    """Say whether a text can be a word of a list or a key: one printable line."""
    return bool(text.strip()) and len(text) <= _WORD and text.isprintable()


def _fault(text: str, error: ValueError | RecursionError) -> str:
    """Say in words what the TOML reader could not read."""
    if isinstance(error, RecursionError):
        return "too many brackets inside each other"
    if not isinstance(error, tomllib.TOMLDecodeError):  # Python's limit of its own
        found = _LONG_NUMBER.search(text)
        line = f" in line {text.count(chr(10), 0, found.start()) + 1}" if found else ""
        return f"a number of too many digits{line}"
    return " ".join(str(error).split())[:300]


def quoted(value: object) -> str:
    """Write a wrong value so that it fits into a line and harms no terminal.

    >>> quoted("a" * 100), quoted(None)
    ("'aaaaaaaaaaaa...aaaaaaaaaaaaa'", 'None')
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 1e15:
        return "a whole number of very many digits"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    try:
        return " ".join(reprlib.repr(value).split())
    except ValueError:  # a number of ten thousand digits inside a list
        return f"a {type(value).__name__}"
