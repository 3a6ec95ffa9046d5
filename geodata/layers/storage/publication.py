"""Publish layers so that readers see all of a new version or all of the old one.

Data and record are *staged* first: immutable files that nobody reads yet, each
named after its own checksum.  Then the manifest, which names the record of every
layer, is replaced in one step.  A process that dies between leaves files that no
manifest names; :func:`collect_garbage` removes them when they are old enough.
"""

import dataclasses
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from geodata.checksums import (
    UNFINISHED,
    checksum,
    exclusive,
    file_checksum,
    write_atomically,
)
from geodata.errors import GeodataError, MissingLayerError, TamperedLayerError
from geodata.layers.model import Product, RasterProduct, VectorProduct
from geodata.layers.storage.manifest import (
    MANIFEST,
    RECORD_SUFFIX,
    Entry,
    LayerFolder,
    layer_of,
    manifest_text,
    versioned_name,
)
from geodata.layers.storage.raster_file import encode_raster
from geodata.layers.storage.table_file import encode_places, encode_table
from geodata.provenance import Provenance

HOUR_S = 3600.0
LOCK = ".lock"


def stage(folder: Path, product: Product, draft: Provenance) -> Provenance:
    """Write a layer's data and record under names that no manifest holds yet.

    Parameters
    ----------
    folder : Path
        The store; made when absent.
    product : VectorProduct, RasterProduct or TableProduct
        Becomes GeoParquet, cloud-optimised GeoTIFF or Parquet.
    draft : Provenance
        The record; name, checksum and size of the file are filled in here.

    Returns
    -------
    Provenance
        The record as written, for :func:`publish`.

    Raises
    ------
    LayerFormatError
        If the product cannot be written as such a file.
    StorageError
        If the disk is full or the folder cannot be written; nothing is changed.
    """
    content, suffix = encoded(product)
    return stage_content(folder, content, draft, suffix=suffix)


def encoded(product: Product) -> tuple[bytes, str]:
    """Return the data file of a layer, and the ending of its name.

    Raises
    ------
    LayerFormatError
        If the product cannot be written as such a file.
    """
    if isinstance(product, VectorProduct):
        return encode_places(product.table), ".parquet"
    if isinstance(product, RasterProduct):
        return encode_raster(product.image, dtype=product.dtype), ".tif"
    return encode_table(product.table), ".parquet"


def stage_content(
    folder: Path, content: bytes, draft: Provenance, *, suffix: str
) -> Provenance:
    """Write a layer whose data file is already made; otherwise as :func:`stage`."""
    with exclusive(folder / LOCK):
        return _put(folder, content, draft, suffix=suffix)


def publish(
    folder: Path,
    records: Iterable[Provenance],
    *,
    keep: Callable[[Provenance], bool] | None = None,
) -> None:
    """Make staged layers the ones that count, all in one step.

    Other layers stay as they are.

    Parameters
    ----------
    folder : Path
        The store.
    records : iterable of Provenance
        As :func:`stage` returned them.
    keep : function (Provenance) -> bool, optional
        Asked with the record of each layer that is there, whole, and would be
        replaced; where it says True that one stays.

    Raises
    ------
    MissingLayerError, TamperedLayerError
        If a staged file is gone or changed; nothing is published.
    LayerFormatError
        If the manifest is damaged; nothing is published.
    StorageError
        If the disk is full or the folder cannot be written; nothing is published.
    """
    with exclusive(folder / LOCK):
        here = LayerFolder(folder)
        entries = dict(here.entries)
        for record in records:
            there = here.intact(record.layer) if keep else None
            if not (there and keep and keep(there)):
                entries[record.layer] = _staged_entry(folder, record)
        if entries != here.entries or not (folder / MANIFEST).exists():
            _touch_replaced(here, entries)
            write_atomically(folder / MANIFEST, manifest_text(entries).encode())


def collect_garbage(folder: Path, *, older_than_s: float = HOUR_S) -> list[Path]:
    """Remove files of the store that no layer needs any more.

    These are versions the manifest does not name, and unfinished files.  Anything
    else in the folder is left alone.

    Parameters
    ----------
    folder : Path
        The store.
    older_than_s : float
        Seconds since a file was written, or since its version was replaced; files
        younger than this may still be read, or be about to be published.

    Returns
    -------
    list of Path
        What was removed.

    Raises
    ------
    LayerFormatError
        If the manifest is damaged; nothing is removed.
    StorageError
        If the folder cannot be written.
    """
    if not folder.is_dir():
        return []
    with exclusive(folder / LOCK):
        here = LayerFolder(folder)
        needed, unclear = set(), set()
        for layer, entry in here.entries.items():
            needed.add(entry.record)
            try:
                needed.add(here.record(layer).file)
            except GeodataError:
                unclear.add(layer)  # any version may be the one to save
        garbage = [
            path
            for path in _own_files(folder)
            if path.name not in needed
            and layer_of(path.name) not in unclear
            and time.time() - path.stat().st_mtime >= older_than_s
        ]
        for path in garbage:
            path.unlink()
    return garbage


def _put(folder: Path, content: bytes, draft: Provenance, *, suffix: str) -> Provenance:
    digest = checksum(content)
    name = versioned_name(draft.layer, digest, suffix)
    record = dataclasses.replace(draft, file=name, sha256=digest, bytes=len(content))
    _write_once(folder / name, content, digest)
    text = record.to_json().encode()
    _write_once(folder / _entry(record).record, text, checksum(text))
    return record


def _write_once(path: Path, content: bytes, sha256: str) -> None:
    """Write a file, or make it look new where it lies already."""
    if path.is_file() and file_checksum(path) == sha256:
        os.utime(path)
    else:
        write_atomically(path, content)


def _entry(record: Provenance) -> Entry:
    digest = checksum(record.to_json().encode())
    return Entry(
        record=versioned_name(record.layer, digest, RECORD_SUFFIX), sha256=digest
    )


def _staged_entry(folder: Path, record: Provenance) -> Entry:
    """Return the entry of a layer whose two files were found whole."""
    entry = _entry(record)
    for name, expected in ((record.file, record.sha256), (entry.record, entry.sha256)):
        again = f"Nothing was published; run the command again: {record.command}"
        try:
            found = file_checksum(folder / name)
        except FileNotFoundError as error:
            raise MissingLayerError(
                f"Layer '{record.layer}' cannot be published: {name} is no longer in "
                f"{folder}. {again}"
            ) from error
        if found != expected:
            raise TamperedLayerError(
                f"Layer '{record.layer}' cannot be published: {name} has the sha256 "
                f"{found}, expected {expected}. {again}"
            )
    return entry


def _touch_replaced(here: LayerFolder, entries: dict[str, Entry]) -> None:
    """Let the age of a replaced version begin now: it may still be read."""
    for layer, entry in here.entries.items():
        replaced = entries.get(layer) != entry
        if replaced and (record := here.intact(layer)):
            os.utime(here.folder / record.file)
            os.utime(here.folder / entry.record)


def _own_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a store, the unfinished included."""
    for path in sorted(folder.iterdir()):
        is_unfinished = path.name.startswith(".") and path.suffix == UNFINISHED
        if is_unfinished or layer_of(path.name):
            yield path
