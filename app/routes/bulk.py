"""Whole collections as files: the list of them, and each, in pieces if wanted."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from app.bulk import (
    PMTILES,
    RELEASE_FILE,
    FileKind,
    file_kinds,
    file_path,
    find_kind,
    whole_file,
    whole_release,
)
from app.caching import FOR_GOOD, REVALIDATE, answer
from app.collection import Collection
from app.file_answer import answer_file
from app.file_schemas import WholeFile, WholeFiles
from app.formats import formats
from app.links import link
from app.parameters import AtlasNow, CollectionId, only_known_parameters
from app.responses import JSON, NOT_FOUND, ZIP
from app.routes.collections import find_collection
from app.text import say

router = APIRouter(dependencies=[Depends(only_known_parameters)], tags=["Files"])

FileName = Annotated[
    str,
    Path(
        description="Name of the collection and ending of a format, such as "
        "prospects.gpkg.",
        pattern="^[a-z0-9-]{1,64}\\.[a-z0-9]{1,16}$",
    ),
]


@router.get(
    "/api/collections/{collection_id}/files",
    response_model=WholeFiles,
    responses=NOT_FOUND,
)
def files(request: Request, collection_id: CollectionId, atlas: AtlasNow) -> Response:
    """List the files of a collection with size and checksum."""
    found = find_collection(atlas, collection_id)

    def make() -> bytes:
        path = f"/api/collections/{found.id}"
        listed = WholeFiles(
            release=atlas.release.id,
            collection=found.id,
            caution=atlas.caution,
            attribution=found.terms.credit,
            licence=found.terms.licence,
            files=[_entry(request, found, kind) for kind in file_kinds(found)],
            links=[
                link(request, "self", f"{path}/files", media_type=JSON, pinned=True),
                link(request, "collection", path, media_type=JSON, pinned=True),
            ],
        )
        return listed.model_dump_json(exclude_none=True).encode()

    return answer(request, make, media_type=JSON)


_BINARY = {"schema": {"type": "string", "format": "binary"}}


def _described(content: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    """Return what an address of files of some types may answer."""
    return {
        **NOT_FOUND,
        200: {"description": "The file", "content": content},
        206: {
            "description": "The part that the Range header names",
            "content": content,
        },
        416: {"description": "The range begins behind the end of the file"},
        503: {"description": "The file is being made; ask again soon"},
    }


@router.get(
    f"/api/{RELEASE_FILE}",
    response_class=Response,
    responses=_described({ZIP: _BINARY}),
)
def release_file(request: Request, atlas: AtlasNow) -> Response:
    """Return a whole release: collections, grids, manifest, licences, in one zip."""
    kept = whole_release(request)
    name = f"rare-earth-atlas-{atlas.release.id}.zip"
    headers = _headers(request, name)
    return answer_file(request, kept, media_type=ZIP, headers=headers)


@router.get(
    "/api/collections/{collection_id}/files/{file_name}",
    response_class=Response,
    responses=_described(
        {form.content_type: {"schema": dict(form.schema)} for form in formats()}
        | {PMTILES: _BINARY}
    ),
)
def whole(
    request: Request, collection_id: CollectionId, file_name: FileName, atlas: AtlasNow
) -> Response:
    """Return all of a collection as one file; its tag is the SHA-256 of the bytes."""
    found = find_collection(atlas, collection_id)
    kind = find_kind(found, file_name)
    kept = whole_file(request, found, kind)
    saved = f"{found.id}-{atlas.release.id}.{kind.ending}"
    headers = _headers(request, saved)
    return answer_file(request, kept, media_type=kind.media_type, headers=headers)


def _headers(request: Request, name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": FOR_GOOD if request.state.release_prefix else REVALIDATE,
    }


def _entry(request: Request, found: Collection, kind: FileKind) -> WholeFile:
    kept = whole_file(request, found, kind)
    title = say("collection.whole-file", format=kind.title)
    path = file_path(found, kind)
    media_type = kind.media_type.partition(";")[0]
    own = link(request, "item", path, media_type=media_type, pinned=True)
    return WholeFile(
        href=own.href,
        title=title,
        type=media_type,
        length=kept.size,
        sha256=kept.sha256,
    )
