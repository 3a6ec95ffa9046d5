"""One vocabulary for what occurrence tables say in theirs.

Commodities, rare-earth evidence, deposit type, status and "this is a plant": each is
looked up in the table of words beside this module.  A word it does not hold means
nothing to us: the result is then empty or ``unknown``, never a guess.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

VOCABULARY_PATH = Path(__file__).with_name("vocabulary.toml")

RARE_EARTHS = "rare earths"
UNKNOWN = "unknown"
EVIDENCE = ("direct", "pathfinder", "none")
"""The record names rare earths, only a companion of theirs, or neither."""

STATUSES = ("producer", "past producer", "prospect", "occurrence", UNKNOWN)

_SEPARATOR = re.compile(r"[;,|()\[\]]|\s{2,}")
_SHORTEST_MINERAL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a record is about.

    Attributes
    ----------
    commodities : frozenset of str
        Our codes: symbols of elements, ``REE`` for rare earths as a group, ``PGE``,
        and words for what is no element.
    minerals : frozenset of str
        Names of minerals the record lists, lower case.
    """

    commodities: frozenset[str] = frozenset()
    minerals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeWords:
    """How one table writes deposit types: whole texts, and words inside texts."""

    exact: Mapping[str, str]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The table of words, looked up without regard to case.

    Attributes
    ----------
    codes : mapping of str to str
        Word for a commodity, lower case, to its code.
    minerals : mapping of str to str
        Mineral that stands for a commodity, to its code.
    rock_minerals : frozenset of str
        Words for commodities that are minerals of ordinary rocks as well.
    groups : mapping of str to str
        Code to group; the order of the groups is that of :attr:`group_order`.
    group_order : tuple of str
        The group nearest to rare earths first.
    pathfinders, whole_group : frozenset of str
        Companions of rare earths; the list that stands for the whole group.
    statuses : tuple of (pattern, status)
        The first that fits.
    facility_name, facility_status : pattern
        Of works that are no deposit.
    types : mapping of str to TypeWords
        By id of the source.
    of_type : mapping of (source id, code of type) to codes
        Commodities that a deposit type implies.
    """

    codes: Mapping[str, str]
    minerals: Mapping[str, str]
    rock_minerals: frozenset[str]
    groups: Mapping[str, str]
    group_order: tuple[str, ...]
    pathfinders: frozenset[str]
    whole_group: frozenset[str]
    statuses: tuple[tuple[re.Pattern[str], str], ...]
    facility_name: re.Pattern[str]
    facility_status: re.Pattern[str]
    types: Mapping[str, TypeWords]
    of_type: Mapping[tuple[str, str], frozenset[str]]

    def content(self, text: str, *, lists_minerals: bool = False) -> Content:
        """Read a list of commodities.

        Parameters
        ----------
        text : str
            Separated by semicolons, commas, bars, brackets or two spaces.
        lists_minerals : bool
            True when the list mixes the minerals of the rock with what is sought:
            a mineral is then only a mineral.

        Examples
        --------
        >>> sorted(load_vocabulary().content("Ti; Zr; REE").commodities)
        ['REE', 'Ti', 'Zr']
        >>> sorted(load_vocabulary().content("HAL  K").commodities)
        ['K', 'salt']
        """
        found: set[str] = set()
        minerals: set[str] = set()
        whole = self.codes.get(_plain(text))
        for word in [_plain(text)] if whole else self._words(text):
            if lists_minerals and (word in self.minerals or word in self.rock_minerals):
                minerals.add(word)
                continue
            code = self.codes.get(word) or self.minerals.get(word)
            if code is not None:
                found.add(code)
            elif len(word) >= _SHORTEST_MINERAL and word.isalpha():
                minerals.add(word)
        if self.whole_group <= found:
            found = (found - self.whole_group) | {"REE"}
        return Content(commodities=frozenset(found), minerals=frozenset(minerals))

    def group(self, commodities: Iterable[str]) -> str:
        """Return the group of some commodities nearest to rare earths, or nothing."""
        held = {self.groups[code] for code in commodities}
        return next((group for group in self.group_order if group in held), "")

    def evidence(self, commodities: Iterable[str]) -> str:
        """Return what commodities say of rare earths.

        Returns
        -------
        str
            ``direct`` when one of the 17 or the group is named, ``pathfinder`` when
            only a companion is, else ``none``.
        """
        held = set(commodities)
        if any(self.groups[code] == RARE_EARTHS for code in held):
            return "direct"
        return "pathfinder" if held & self.pathfinders else "none"

    def status(self, text: str) -> str:
        """Return one of :data:`STATUSES` for the words of a source.

        Examples
        --------
        >>> load_vocabulary().status("Past Nb producer; Potential REE resource")
        'past producer'
        """
        lower = text.casefold()
        return next(
            (status for pattern, status in self.statuses if pattern.search(lower)),
            UNKNOWN,
        )

    def is_facility(self, *, name: str, status: str) -> bool:
        """Tell whether a record describes a plant, smelter or concentrator.

        Examples
        --------
        >>> words = load_vocabulary()
        >>> words.is_facility(name="(Facility) Irtysh Copper Smelter", status="")
        True
        >>> words.is_facility(name="Smelter Mine", status="")
        False
        """
        return bool(
            self.facility_name.search(name.strip().casefold())
            or self.facility_status.search(status.strip().casefold())
        )

    def deposit_type(self, source: str, *texts: str) -> str:
        """Return our deposit type where the source's own words say so.

        Parameters
        ----------
        source : str
            Id of the source.
        *texts : str
            Its code and words for the type, the most particular first.

        Returns
        -------
        str
            One of :func:`deposit_types`, or empty.
        """
        known = self.types.get(source)
        if known is None:
            return ""
        for text in map(_plain, texts):
            if text in known.exact:
                return known.exact[text]
            for words, kind in known.words.items():
                if re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text):
                    return kind
        return ""

    def implied(self, source: str, code: str) -> frozenset[str]:
        """Return the commodities that a source's code of deposit type implies."""
        return self.of_type.get((source, _plain(code)), frozenset())

    def _words(self, text: str) -> list[str]:
        words: list[str] = []
        for piece in _SEPARATOR.split(text):
            word = _plain(piece)
            pieces = [part for part in word.split() if part != "and"]
            # Codes run together: "K B" is two, "oil shale" is one.
            if word not in self.codes and all(part in self.codes for part in pieces):
                words += pieces
            elif word:
                words.append(word)
        return words


@cache
def deposit_types() -> tuple[str, ...]:
    """Return the ids of the deposit types: their files are the list.

    >>> "carbonatite" in deposit_types()
    True
    """
    folder = resources.files("geodata").joinpath("deposit_types")
    names = (entry.name for entry in folder.iterdir())
    return tuple(
        sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    )


@cache
def load_vocabulary(path: Path = VOCABULARY_PATH) -> Vocabulary:
    """Read the table of words that lies beside this module."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    groups: dict[str, str] = {}
    codes: dict[str, str] = {}
    for group, entries in table["commodities"].items():
        for code, words in entries.items():
            groups[code] = group
            codes |= {_plain(word): code for word in (code, *words)}
    types = {
        source: TypeWords(
            exact=_checked(entry.get("exact", {})),
            words=_checked(entry.get("words", {})),
        )
        for source, entry in table["deposit_types"].items()
    }
    return Vocabulary(
        codes=MappingProxyType(codes),
        minerals=MappingProxyType(table["minerals"]),
        rock_minerals=frozenset(table["rock_minerals"]),
        groups=MappingProxyType(groups),
        group_order=tuple(table["groups"]),
        pathfinders=frozenset(table["pathfinders"]),
        whole_group=frozenset(table["whole_group"]),
        statuses=tuple((re.compile(row["text"]), row["is"]) for row in table["status"]),
        facility_name=re.compile(table["facility"]["name"]),
        facility_status=re.compile(table["facility"]["status"]),
        types=MappingProxyType(types),
        of_type=MappingProxyType(
            {
                (source, code): frozenset(found)
                for source, entry in table["commodities_of_type"].items()
                for code, found in entry.items()
            }
        ),
    )


def _checked(words: Mapping[str, str]) -> Mapping[str, str]:
    unknown = set(words.values()) - set(deposit_types())
    if unknown:
        raise ValueError(f"vocabulary.toml names the types {unknown}")
    return MappingProxyType(dict(words))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .?")
