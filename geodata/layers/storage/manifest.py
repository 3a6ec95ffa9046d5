"""A folder of layers: which version of each one counts, and its record.

The folder holds immutable files, each named after its own checksum: the data of a
layer and, apart from it, its record.  ``manifest.json`` names the record of every
layer and is the only file that is ever replaced.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

from geodata.checksums import checksum, file_checksum
from geodata.errors import (
    LayerError,
    LayerFormatError,
    MissingLayerError,
    MissingLicenceError,
    TamperedLayerError,
)
from geodata.provenance import Provenance

MANIFEST = "manifest.json"
FORMAT = 1
_DIGITS = 16  # of a checksum, in the name of a file
_LAYER = "[a-z0-9-]{1,64}"
_SHA256 = re.compile("[0-9a-f]{64}")
_VERSIONED = re.compile(rf"({_LAYER})-[0-9a-f]{{{_DIGITS}}}\.(?:json|parquet|tif)")
_MEND = (
    "Move the file away and run scripts/setup, then scripts/ingest.py if you had "
    "used it; both make their layers anew."
)
_AGAIN = (
    "If it stays so, run scripts/setup, or scripts/ingest.py if that had made the "
    "layer; what lies in geodata/bundle comes back from version control."
)
RECORD_SUFFIX = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The version of a layer that counts.

    Attributes
    ----------
    record : str
        Name of its record, a file in the same folder.
    sha256 : str
        Checksum of that file.
    """

    record: str
    sha256: str


Manifest = Mapping[str, Entry]
"""Entry by layer id."""


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of a folder; None when it has none.

    Raises
    ------
    LayerFormatError
        If there is one that cannot be understood.
    LayerError
        If there is one that may not be opened.
    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = content["format"]
        if found != FORMAT:
            raise LayerFormatError(
                f"{path} has the format {found}; this version of the atlas reads "
                f"{FORMAT}. Use the version that wrote it, or: {_MEND}"
            )
        entries = {
            layer: Entry(record=entry["record"], sha256=entry["sha256"])
            for layer, entry in content["layers"].items()
        }
        wrong = [layer for layer, entry in entries.items() if not _fits(layer, entry)]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise LayerError(
            f"The manifest {path} cannot be opened ({error.strerror}). Check the disk, "
            "and who may read that folder."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LayerFormatError(
            f"The manifest {path} cannot be read ({error}). Expected the JSON that "
            f"names the record of every layer. {_MEND}"
        ) from error
    if wrong:
        raise LayerFormatError(
            f"The manifest {path} names no proper record for the layer "
            f"{', '.join(sorted(wrong))}. Expected a file name that ends in the first "
            f"{_DIGITS} digits of its checksum. {_MEND}"
        )
    return MappingProxyType(entries)


def manifest_text(entries: Manifest) -> str:
    """Return a manifest as JSON text with sorted keys, newline at the end."""
    layers = {layer: asdict(entry) for layer, entry in entries.items()}
    content = {"format": FORMAT, "layers": layers}
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def versioned_name(layer: str, sha256: str, suffix: str) -> str:
    """Return the name of a file that will never change.

    Raises
    ------
    LayerFormatError
        If the layer id is not made of lower-case letters, digits and hyphens.

    Examples
    --------
    >>> versioned_name("faults", "0123456789abcdef" * 4, ".parquet")
    'faults-0123456789abcdef.parquet'
    """
    name = f"{layer}-{sha256[:_DIGITS]}{suffix}"
    if layer_of(name) != layer:
        raise LayerFormatError(
            f"A layer cannot be called '{layer}': expected up to 64 lower-case "
            "letters, digits and hyphens. Correct the id in its plan."
        )
    return name


def layer_of(name: str) -> str | None:
    """Return the layer a versioned file belongs to; None for any other name."""
    match = _VERSIONED.fullmatch(name)
    return match[1] if match else None


class LayerFolder:
    """A folder that holds layers, as it was when it was opened.

    What its manifest names counts; what is published later is not seen.

    Parameters
    ----------
    folder : Path
        One that does not exist, or has no manifest, is an empty one.

    Raises
    ------
    LayerFormatError
        If the manifest is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries: Manifest = read_manifest(folder) or {}

    def __contains__(self, layer: str) -> bool:
        return layer in self.entries

    def record(self, layer: str) -> Provenance:
        """Return the record of one of its layers.

        Raises
        ------
        MissingLayerError, TamperedLayerError
            If the record is gone or changed.
        LayerFormatError, LayerError, MissingLicenceError
            If the record cannot be read or states no licence.
        """
        entry = self.entries[layer]
        path = self.folder / entry.record
        text = self._read(path, layer)
        found = checksum(text)
        if found != entry.sha256:
            raise TamperedLayerError(
                f"{path} is not the record that was published: expected sha256 "
                f"{entry.sha256}, found {found}. {_AGAIN}"
            )
        record = Provenance.from_json(text.decode(), name=path.name)
        if Path(record.file).name != record.file:
            raise LayerFormatError(
                f"The record of layer '{layer}' names the file '{record.file}'; "
                f"expected a name in the same folder. {_AGAIN}"
            )
        return record

    def content(self, record: Provenance) -> bytes:
        """Return the verified bytes of a layer's data file.

        Raises
        ------
        MissingLayerError, TamperedLayerError
            If the file is gone or changed.
        """
        path = self.folder / record.file
        content = self._read(path, record.layer)
        found = checksum(content)
        if found != record.sha256:
            raise TamperedLayerError(
                f"{path} is not the file that was written: expected sha256 "
                f"{record.sha256} ({record.bytes:,} bytes), found {found} "
                f"({len(content):,} bytes). Run: {record.command}"
            )
        return content

    def intact(self, layer: str) -> Provenance | None:
        """Return the record of a layer that is here, whole and unchanged, or None."""
        try:
            record = self.record(layer) if layer in self else None
            if record and file_checksum(self.folder / record.file) == record.sha256:
                return record
        except (LayerError, MissingLicenceError, OSError):
            return None
        return None

    def _read(self, path: Path, layer: str) -> bytes:
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise MissingLayerError(
                f"Layer '{layer}' needs {path.name}, which is no longer in "
                f"{path.parent}: a newer version was published over an hour ago and "
                "this one cleared away, or it was deleted. Run the command again. "
                f"{_AGAIN}"
            ) from error
        except OSError as error:
            raise LayerError(
                f"{path} cannot be read ({error.strerror}). Check the disk, and who "
                "may read that folder."
            ) from error


def _fits(layer: str, entry: Entry) -> bool:
    return (
        _SHA256.fullmatch(entry.sha256) is not None
        and re.fullmatch(_LAYER, layer) is not None
        and entry.record == versioned_name(layer, entry.sha256, RECORD_SUFFIX)
    )
