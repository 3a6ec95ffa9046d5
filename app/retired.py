"""Ids of areas that are no more: refused with what took their place."""

from fastapi import Request

from app.errors import RetiredError
from app.links import link, link_into
from app.responses import GEOJSON
from app.schemas import Link
from app.text import say
from app.text.numbers import share
from geodata.release import RetiredArea


def refuse_retired(request: Request, area_id: str, path: str, media_type: str) -> None:
    """Refuse an id that only earlier releases gave to an area.

    Parameters
    ----------
    request : Request
        What is answered; it names the release.
    area_id : str
        Id of a prospect area that this release does not have.
    path : str
        Address that is asked for, with ``{id}`` in place of the id.
    media_type : str
        What is there.

    Raises
    ------
    RetiredError
        If the id is retired; nothing happens if it was never given.
    """
    area: RetiredArea | None = request.state.atlas.release.retired(area_id)
    if area is None:
        return
    links = _where_it_still_is(request, area)
    if area.successor is None:
        text = say("error.retired-alone", id=area.id, release=area.last_release)
        raise RetiredError(text, links)
    successor = link(
        request,
        "successor-version",
        path.format(id=area.successor),
        media_type=media_type,
        title=say("error.successor", id=area.successor),
    )
    text = say(
        "error.retired",
        id=area.id,
        release=area.last_release,
        successor=area.successor,
        overlap=share(area.overlap),
    )
    raise RetiredError(text, [successor, *links])


def _where_it_still_is(request: Request, area: RetiredArea) -> list[Link]:
    """Link to the area in its last release, if that is kept here."""
    if not (request.app.state.settings.releases / area.last_release).is_dir():
        return []
    return [
        link_into(
            request,
            "predecessor-version",
            area.last_release,
            f"/api/collections/prospects/items/{area.id}",
            media_type=GEOJSON,
            title=say("error.as-it-was", id=area.id, release=area.last_release),
        )
    ]
