"""Names of sites made comparable: which two are one name, spelt in two ways.

A name is compared by its letters, without accents, signs and words for what a place is;
numerals and words that tell two places of one name apart must be the same.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from pathlib import Path

LIKENESS = 0.88
"""Share of the letters of two names that agree in order, twice over their sum."""

NAMES_PATH = Path(__file__).with_name("names.toml")

_SHORTEST = 3

_NUMERAL = re.compile(r"\w*\d\w*|[ivx]+|[a-z]")

# Words of districts; "Land Pebble district, Fort Green" is called Fort Green.
_DISTRICT = re.compile(
    r"\b(province|district|region|belt|formation|field|basin|plain|range)s?\b"
)


@cache
def _words(kind: str) -> frozenset[str]:
    """Return one list of the table of words in names that lies beside this module."""
    return frozenset(tomllib.loads(NAMES_PATH.read_text(encoding="utf-8"))[kind])


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteName:
    """A name made comparable.

    Attributes
    ----------
    core : str
        Lower case, without accents, signs and words for what a place is.
    marks : frozenset of str
        Numerals, single letters and words that tell two places of one name apart.
    """

    core: str
    marks: frozenset[str]


def site_names(name: str, aliases: str) -> frozenset[SiteName]:
    """Return the comparable names of a record; none when it has no real name.

    Examples
    --------
    >>> sorted(found.core for found in site_names("Zhanatas (Dzhanatas) mine", ""))
    ['janatas']
    >>> site_names("Unnamed occurrence", "")
    frozenset()
    """
    texts = [
        part
        for text in (name, *aliases.split(";"))
        # A part of a field is not the field.
        if not text.strip().casefold().startswith("part of ")
        for part in _parts(text)
    ]
    return frozenset(found for text in texts if (found := _site_name(text)))


def share_a_name(first: Iterable[SiteName], second: Iterable[SiteName]) -> bool:
    """Tell whether two records share a name, spelt alike; the order does not matter."""
    return any(_are_one(here, there) for here in first for there in second)


def _parts(text: str) -> list[str]:
    """Return the names in a text; those of districts only when there is no other."""
    parts = [part for part in re.split(r"[;/()\[\],=]", text) if part.strip()]
    own = [part for part in parts if not _DISTRICT.search(part.casefold())]
    return own or parts


def _site_name(text: str) -> SiteName | None:
    flat = unicodedata.normalize("NFKD", text)
    letters = "".join(sign for sign in flat if not unicodedata.combining(sign))
    words = re.findall(r"[^\W_]+", letters.casefold())
    named = [word for word in words if word not in _words("generic")]
    marks = frozenset(
        word for word in named if _NUMERAL.fullmatch(word) or word in _words("telling")
    )
    core = "".join(word for word in named if word not in marks)
    # Letters of Cyrillic that tables spell in several ways.
    for spelling, letter in (("dzh", "j"), ("zh", "j"), ("y", "i"), ("ii", "i")):
        core = core.replace(spelling, letter)
    return SiteName(core=core, marks=marks) if len(core) >= _SHORTEST else None


def _are_one(here: SiteName, there: SiteName) -> bool:
    if here.marks != there.marks:
        return False
    if here.core == there.core:
        return True
    return _likeness(*sorted((here.core, there.core))) >= LIKENESS


@lru_cache(maxsize=1 << 16)
def _likeness(first: str, second: str) -> float:
    """Return how alike two texts are, 0 to 1; below the limit it may be less exact."""
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    quick = min(matcher.real_quick_ratio(), matcher.quick_ratio())
    return matcher.ratio() if quick >= LIKENESS else quick
