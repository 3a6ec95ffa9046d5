"""The words and signs of CQL2 text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import BadParameterError
from app.text import say

_TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![\w.])"
    r"|(?P<text>'(?:[^'\\]|''|\\.)*')"
    r'|(?P<quoted>"(?:[^"]|"")+")'
    r"|(?P<word>(?:[^\W\d]|:)[\w.:]*)"
    r"|(?P<sign><>|<=|>=|[=<>+\-*/%^(),])"
    r"|(?P<end>\Z))",
    re.DOTALL,
)
_ESCAPED = re.compile(r"''|\\.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number, text or sign, and where it stands.

    Attributes
    ----------
    kind : str
        ``number``, ``text``, ``quoted``, ``word``, ``sign`` or ``end``.
    text : str
        As it is written.
    start : int
        Position of its first character.
    """

    kind: str
    text: str
    start: int

    @property
    def key(self) -> str:
        """The sign, or the bare word in capitals; empty for anything else."""
        if self.kind == "word":
            return self.text.upper()
        return self.text if self.kind == "sign" else ""


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, ``end`` last.

    Raises
    ------
    BadParameterError
        Where none of them begins.

    >>> [token.text for token in tokens("rank<=5")]
    ['rank', '<=', '5', '']
    """
    at, kind = 0, ""
    while kind != "end":
        found = _TOKEN.match(text, at)
        if not found:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise syntax_error(text, at, say("filter.expected-token"))
        kind = str(found.lastgroup)
        yield Token(kind, found[kind], found.start(kind))
        at = found.end()


def unquoted(text: str) -> str:
    r"""Return what stands in single quotes; ``''`` and ``\'`` are a quote in it.

    Any other backslash stays, as it is for LIKE to read.

    >>> unquoted("'o''Brien'")
    "o'Brien"
    """
    return _ESCAPED.sub(
        lambda pair: "'" if pair[0].endswith("'") else pair[0], text[1:-1]
    )


def syntax_error(text: str, at: int, expected: str) -> BadParameterError:
    """Return the error that tells what was expected where."""
    got = f"'{text[at : at + 20]}'" if text[at:].strip() else say("filter.end")
    return BadParameterError(
        say("error.filter-syntax", at=at + 1, expected=expected, given=got)
    )
