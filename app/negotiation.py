"""In which form an address answers: by ``f=``, or by the ``Accept`` header."""

from collections.abc import Mapping

from fastapi import Request

from app.errors import BadParameterError, NotAcceptableError
from app.text import say


def choose(request: Request, form: str | None, offered: Mapping[str, str]) -> str:
    """Choose the form of an answer.

    Parameters
    ----------
    request : Request
        Its ``Accept`` header is read when no form is named.
    form : str or None
        Value of ``f=``.
    offered : mapping of str to str
        Name of a form → its media type, the one that is given by default first.

    Returns
    -------
    str
        Name of a form.

    Raises
    ------
    BadParameterError
        If ``f=`` names none that is offered.
    NotAcceptableError
        If the header takes none of them.
    """
    if form is not None:
        name = form.lower()
        if name == "json" and name not in offered:
            name = next(iter(offered))  # JSON of whatever kind comes first everywhere
        if name not in offered:
            raise BadParameterError(
                say("error.no-format", given=form[:40], known=", ".join(offered))
            )
        return name
    accept = request.headers.get("accept", "").strip()
    if not accept or accept == "*/*":
        return next(iter(offered))
    ranges = weighed(accept)
    best, weight = "", 0.0
    for name, media_type in offered.items():
        found = _weight(media_type.partition(";")[0], ranges)
        if found > weight:
            best, weight = name, found
    if not best:
        known = ", ".join(sorted({item.partition(";")[0] for item in offered.values()}))
        raise NotAcceptableError(say("error.no-media-type", known=known))
    return best


def weighed(header: str) -> dict[str, float]:
    """Read an ``Accept`` header: media range → weight; a broken weight counts as 0.

    >>> weighed("text/html, application/*;q=0.5")
    {'text/html': 1.0, 'application/*': 0.5}
    """
    ranges = {}
    for item in header.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            ranges[name] = min(max(float(weight), 0.0), 1.0)
        except ValueError:
            ranges[name] = 0.0
    return ranges


_ALSO_JSON = ("application/geo+json", "application/schema+json")


def _weight(media_type: str, ranges: Mapping[str, float]) -> float:
    """Return how much a media type is wanted; 0 = not at all.

    Who asks for plain JSON is glad of GeoJSON, too, but of GeoJSON itself more.
    """
    family = f"{media_type.partition('/')[0]}/*"
    for name in (media_type, family, "*/*"):
        if name in ranges:
            return ranges[name]
    json = media_type in _ALSO_JSON or media_type.startswith("application/vnd.oai")
    return ranges.get("application/json", 0.0) if json else 0.0
