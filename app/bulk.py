"""Whole collections as files: one for each format, made once for each release."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from app.atlas import Atlas
from app.caching import code_version
from app.collection import Collection
from app.derived import DerivedFiles, KeptFile
from app.errors import NotFoundError
from app.excerpt import Source, whole
from app.formats import Format, formats
from app.release_archive import release_archive
from app.settings import Settings
from app.text import say
from app.vector_tiles.archive import archive

PMTILES = "application/vnd.pmtiles"

RELEASE_FILE = "release.zip"
"""Name of the file of a whole release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """One kind of whole file.

    Attributes
    ----------
    ending : str
        Of the file name.
    title : str
        What a reader calls it.
    media_type : str
        What the bytes are, parameters included.
    write : function
        Encodes all of a collection.
    """

    ending: str
    title: str
    media_type: str
    write: Callable[[Collection, Source], bytes]


def file_kinds(found: Collection) -> tuple[FileKind, ...]:
    """Return the kinds of files of a collection: each format, and tiles of places."""
    kinds = [_kind(form) for form in formats()]
    if found.geometry_type:
        kinds.append(
            FileKind(
                ending="pmtiles",
                title=say("file.tiles"),
                media_type=PMTILES,
                write=archive,
            )
        )
    return tuple(kinds)


def file_name(found: Collection, kind: FileKind) -> str:
    """Return the name of a file in its address."""
    return f"{found.id}.{kind.ending}"


def file_path(found: Collection, kind: FileKind) -> str:
    """Return the address of a file, without host and release."""
    return f"/api/collections/{found.id}/files/{file_name(found, kind)}"


def find_kind(found: Collection, name: str) -> FileKind:
    """Return the kind of a file by its name.

    Raises
    ------
    NotFoundError
        Listing those there are.
    """
    kinds = {file_name(found, kind): kind for kind in file_kinds(found)}
    if name not in kinds:
        raise NotFoundError(say("error.no-file", known=", ".join(kinds)))
    return kinds[name]


def whole_file(request: Request, found: Collection, kind: FileKind) -> KeptFile:
    """Return a file of a collection of the request's release; make it if need be.

    Raises
    ------
    BusyError
        If that takes longer than a client should wait.

    Notes
    -----
    The same file answers every client, so addresses in it have a host only when the
    setting ``public_url`` tells the one that all of them see.
    """
    atlas: Atlas = request.state.atlas
    source = _source(atlas, found, _base(request))
    return _derived(request, file_name(found, kind), lambda: kind.write(found, source))


def whole_release(request: Request) -> KeptFile:
    """Return all of the request's release as one zip file; make it if need be.

    Raises
    ------
    BusyError
        If that takes longer than a client should wait.
    """
    atlas: Atlas = request.state.atlas
    base = _base(request)
    return _derived(
        request,
        RELEASE_FILE,
        lambda: release_archive(atlas, lambda found: _source(atlas, found, base)),
    )


def _derived(request: Request, name: str, make: Callable[[], bytes]) -> KeptFile:
    derived: DerivedFiles = request.app.state.derived
    release = request.state.atlas.release.id
    return derived.get(f"{release}-{_version(_base(request))}", name, make)


def _base(request: Request) -> str:
    settings: Settings = request.app.state.settings
    return settings.public_url.rstrip("/")


def _kind(form: Format) -> FileKind:
    return FileKind(
        ending=form.name,
        title=form.title,
        media_type=form.media_type,
        write=lambda found, source: form.write(whole(found, source)),
    )


def _source(atlas: Atlas, found: Collection, base: str) -> Source:
    release = atlas.release.id
    return Source(
        release=release,
        caution=atlas.caution,
        attribution=found.terms.credit,
        licence=found.terms.licence,
        about=f"{base}/layers" if base else say("file.credits-at", release=release),
        address=f"{base}/api/releases/{release}/collections/{found.id}",
    )


def _version(base: str) -> str:
    """Return what changes whenever the bytes would, of the same release."""
    told = f"{code_version()}\n{base}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]
