"""How a public table of mineral occurrences is laid out."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from geodata.layers.model import Part

Columns = Mapping[str, tuple[str, ...]]
"""Our name of a column to the publisher's candidates, the preferred one first."""

COMMODITIES = "commodities"
MINERALS = "minerals"
NOTHING = "nothing"
"""What a column of commodities may hold; see :class:`OccurrenceTable`."""

USUAL: Columns = MappingProxyType(
    {
        "record_id": ("rec_id",),
        "name": ("depname",),
        "aliases": ("minmod_aliases",),
        "lon": ("longitude",),
        "lat": ("latitude",),
        "country_text": ("country",),
        "commodities": ("minmod_commodity", "commodity"),
        "deposit_type": ("deptype",),
    }
)
"""Names that most tables of the USGS share, and aggregators keep to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A second table of one record's commodities, one row each."""

    member: str
    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceTable:
    """One public table.

    Attributes
    ----------
    source, title : str
        Id in the catalogue and name for readers.
    files : tuple of str
        File names; the first that is here is read.
    members, name_lists : tuple of str
        Ends of the names of the CSV files inside an archive; the latter hold names
        without positions and may be absent.  In a geodatabase a name list is a table.
    layer : str
        Layer of a geodatabase; empty = the only one.
    columns : mapping, or None
        Column map; None = the one of the catalogue entry, because nobody here has
        seen the table.
    record_page : str
        Address of a record's page with ``{record_id}`` in it; empty = none known.
    subject : tuple of str
        Commodities every record is about because the table is.
    subject_any : tuple of str
        Commodities of which a record that lists none has one or more.
    lists : str
        What the column of commodities holds: ``commodities``; ``minerals``, mixed
        with those of the rock; or ``nothing``, when it is the same for every record.
    loose : bool
        True when the members are also published as files of their own.  A full set of
        them is read before an archive, and an archive before a part of them.
    numbered : bool
        True when records have no id: their row in the file, from 1, stands for it.
    keyed : Keyed or None
        Commodities in a table of their own, in place of those of the first.
    joined : tuple of str
        Columns that are joined into the one of commodities first.
    minerals : Part or None
        Copy of the table that has the minerals this one lacks; adds no record.
    lineage : str
        Tables made from one another share it.
    background : bool
        True for tables of the same collectors as the rare-earth ones.
    only_near : bool
        Keep only records near the region, and those that name rare earths.
    gives_labels : bool
        False for a table that is kept apart to test what was learned from the others.
    """

    source: str
    title: str
    files: tuple[str, ...]
    members: tuple[str, ...] = ("main.csv",)
    name_lists: tuple[str, ...] = ()
    layer: str = ""
    columns: Columns | None = field(default_factory=lambda: USUAL)
    record_page: str = ""
    subject: tuple[str, ...] = ()
    subject_any: tuple[str, ...] = ()
    lists: str = COMMODITIES
    loose: bool = False
    numbered: bool = False
    keyed: Keyed | None = None
    joined: tuple[str, ...] = ()
    minerals: Part | None = None
    lineage: str = ""
    background: bool = False
    only_near: bool = False
    gives_labels: bool = True

    def parts(self) -> tuple[Part, ...]:
        """Return the files it may be read from, best first."""
        return (*self.loose_parts(), *((self.source, name) for name in self.files))

    def loose_parts(self) -> tuple[Part, ...]:
        """Return the files that are one member each; none when it has no such files."""
        if not self.loose:
            return ()
        keyed = () if self.keyed is None else (self.keyed.member,)
        return tuple((self.source, name) for name in (*self.members, *keyed))

    def chosen(self, here: Container[Part]) -> tuple[Part, ...]:
        """Return those of the files that are here from which it is to be read."""
        loose = self.loose_parts()
        packed = [(self.source, name) for name in self.files]
        found = [part for part in packed if part in here][:1]
        if loose and (not found or all(part in here for part in loose)):
            members = [part for part in loose if part in here]
            return tuple(members) if self._holds_rows(members) else ()
        return tuple(found)

    def _holds_rows(self, parts: Iterable[Part]) -> bool:
        """Tell whether a file holds records, not only what is keyed to them."""
        return any(name in self.members for _, name in parts)
