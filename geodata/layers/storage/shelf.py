"""One folder of layers, flat or published, as it is when it is opened."""

from pathlib import Path

from geodata.checksums import checksum, file_checksum
from geodata.errors import (
    LayerError,
    LayerFormatError,
    MissingLayerError,
    MissingLicenceError,
    TamperedLayerError,
)
from geodata.layers.storage.manifest import layer_of, read_manifest
from geodata.provenance import Provenance

RECORD_SUFFIX = ".json"


class Shelf:
    """A folder that holds layers.

    With a manifest only what that names counts, as it was when the folder was
    opened: what is published later is not seen.  Without one, every record
    ``<layer>.json`` stands for a layer; versions staged but never published do not.

    Parameters
    ----------
    folder : Path
        One that does not exist is an empty one.

    Raises
    ------
    LayerFormatError
        If the manifest is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._entries = read_manifest(folder)
        published = self._entries is not None
        self._restore = (
            "Run:" if published else "Restore it from version control or run:"
        )

    def ids(self) -> set[str]:
        """Return the ids of its layers."""
        if self._entries is not None:
            return set(self._entries)
        return {
            path.stem
            for path in self.folder.glob("*" + RECORD_SUFFIX)
            if not path.name.startswith(".") and layer_of(path.name) is None
        }

    def __contains__(self, layer: str) -> bool:
        if self._entries is not None:
            return layer in self._entries
        path = self.folder / (layer + RECORD_SUFFIX)
        is_name = Path(layer).name == layer and layer_of(path.name) is None
        return is_name and path.is_file()

    def record_path(self, layer: str) -> Path:
        """Return where the record of a layer lies."""
        if self._entries is not None:
            return self.folder / self._entries[layer].record
        return self.folder / (layer + RECORD_SUFFIX)

    def record(self, layer: str) -> Provenance:
        """Return the record of one of its layers.

        Raises
        ------
        MissingLayerError, TamperedLayerError
            If the manifest names a record that is gone or changed.
        LayerFormatError, LayerError, MissingLicenceError
            If the record cannot be read or states no licence.
        """
        path = self.record_path(layer)
        if self._entries is not None:
            expected = self._entries[layer].sha256
            found = checksum(self._read(path, layer))
            if found != expected:
                raise TamperedLayerError(
                    f"{path} is not the record that was published: expected sha256 "
                    f"{expected}, found {found}. Run scripts/setup, or "
                    "scripts/ingest.py if that had made the layer."
                )
        record = Provenance.read(path)
        if Path(record.file).name != record.file:
            raise LayerFormatError(
                f"The record of layer '{layer}' names the file '{record.file}'; "
                "expected a name in the same folder. Rebuild the layer with "
                "scripts/build_bundle.py."
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
        if self._entries is None and not path.exists():
            raise MissingLayerError(
                f"Layer '{record.layer}' has a record but no data file {path}. "
                f"{self._restore} {record.command}"
            )
        content = self._read(path, record.layer)
        found = checksum(content)
        if found != record.sha256:
            raise TamperedLayerError(
                f"{path} is not the file that was written: expected sha256 "
                f"{record.sha256} ({record.bytes:,} bytes), found {found} "
                f"({len(content):,} bytes). {self._restore} {record.command}"
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
                "this one cleared away, or it was deleted. Run the command again; if "
                "it is still missing run scripts/setup, or scripts/ingest.py if that "
                "had made the layer."
            ) from error
        except OSError as error:
            raise LayerError(
                f"{path} cannot be read ({error.strerror}). Check the disk, and who "
                "may read that folder."
            ) from error
