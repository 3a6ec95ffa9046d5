"""Where a layer comes from: the record that travels with it everywhere."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from geodata.errors import LayerFormatError, MissingLicenceError


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file inside one pinned registry package, or one file of a folder.

    Attributes
    ----------
    source : str
        Id of the catalogue entry.
    package, version : str
        Package name and version; empty for facts written by us.
    sha256 : str
        Checksum of the archive, 64 hexadecimal digits.
    member, member_sha256 : str
        Path inside the archive and checksum of that file.
    origin : str
        ``publisher`` or ``mirror`` for a published file; empty otherwise.
    rebuilt : bool
        True when the file is a reconstruction in the publisher's layout.
    """

    source: str
    package: str = ""
    version: str = ""
    sha256: str = ""
    member: str = ""
    member_sha256: str = ""
    origin: str = ""
    rebuilt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a layer is, whose it is, and how it can be made again.

    Attributes
    ----------
    layer, title : str
        Id in the layer store and name for readers.
    kind : str
        ``raster``, ``lines``, ``points``, ``polygons`` or ``table``.
    file, sha256, bytes
        Data file beside the record, its checksum and size.
    members : tuple of Member
        Every file it was made from.
    citation, licence, credit : str
        As the publisher asks; ``credit`` is the line under the map.
    open : bool
        True when the licence clearly lets us hand the layer on.
    resolution, uncertainty : str
        Native resolution and error in words; ``resolution_km`` as a number, km.
    coverage : dict or None
        GeoJSON geometry (lon, lat) inside which the layer says something;
        None when it does so everywhere in the region.
    command : str
        The command that makes the layer again.
    extra : dict
        Facts particular to the layer, such as the names of raster classes.
    """

    layer: str
    title: str
    kind: str
    file: str
    sha256: str
    bytes: int
    members: tuple[Member, ...]
    citation: str
    licence: str
    credit: str
    open: bool
    resolution: str
    resolution_km: float
    uncertainty: str
    command: str
    coverage: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.licence.strip():
            raise MissingLicenceError(
                f"Layer '{self.layer}' states no licence. Every layer needs one, "
                "'unstated' included; add it to the catalogue entry of its source."
            )

    def to_json(self) -> str:
        """Return the record as JSON text with sorted keys, newline at the end."""
        return (
            json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False)
            + "\n"
        )

    @classmethod
    def from_json(cls, text: str, *, name: str) -> "Provenance":
        """Read a record from its JSON text; ``name`` is its file, for messages.

        Raises
        ------
        LayerFormatError
            If the text is not JSON or lacks a field.
        """
        try:
            content = json.loads(text)
            members = tuple(Member(**member) for member in content.pop("members"))
            return cls(members=members, **content)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LayerFormatError(
                f"The provenance record {name} cannot be read ({error}). Expected the "
                "JSON that is written with every layer; make the layer again, or "
                "restore it from version control when it is one of geodata/bundle."
            ) from error
