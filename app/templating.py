"""Pages: templates with every outside text escaped, and a nonce for our scripts."""

import hashlib
import math
import re
from functools import cache
from pathlib import Path

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.overlays import layer_name
from app.text import for_scripts, language, say, say_html, say_many
from app.text.numbers import (
    cell,
    decimal,
    degrees,
    dms,
    measure,
    number,
    part,
    sentence,
    share,
    signed,
    two_digits,
)

_OURS = re.compile(r'\b(?:href|src|action|data-follow|data-download)="(?=/)')
_HERE = Path(__file__).parent
STATIC = _HERE / "static"
TYPEFACE = STATIC / "vendor" / "noto-sans" / "noto-sans-latin-wght-normal.woff2"
"""There where scripts/setup could bring it; otherwise pages take the machine's own."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["has_typeface"] = TYPEFACE.is_file()
    environment.filters |= {
        "cell": cell,
        "decimal": decimal,
        "degrees": degrees,
        "dms": dms,
        "layer_name": layer_name,
        "measure": measure,
        "number": number,
        "part": part,
        "sentence": sentence,
        "share": share,
        "signed": signed,
        "two_digits": two_digits,
    }
    environment.tests["known"] = lambda value: not math.isnan(value)
    environment.globals |= {
        "for_scripts": for_scripts,
        "language": language,
        "say": say,
        "say_html": say_html,
        "say_many": say_many,
    }
    return environment


def render(request: Request, template: str, **content: object) -> str:
    """Fill a template.

    Parameters
    ----------
    request : Request
        Gives the nonce of this answer.
    template : str
        File name in ``templates``.
    **content
        Values; text is escaped by the template engine.
    """
    prefix = request.state.address.prefix
    page = (
        _environment()
        .get_template(template)
        .render(
            nonce=request.state.nonce, path=request.url.path, prefix=prefix, **content
        )
    )
    return below(prefix, page) if prefix else page


def below(prefix: str, page: str) -> str:
    """Move the addresses of a page, written as at the root of a host, below a path.

    Only what our templates and sentences write is met: outside text has no quotation
    mark left when it is in a page.

    >>> below("/atlas", '<a href="/table">, <a href="https://a.example/">')
    '<a href="/atlas/table">, <a href="https://a.example/">'
    """
    return _OURS.sub(rf"\g<0>{prefix}", page)


@cache
def static_version() -> str:
    """Return a checksum over our own pages, sentences and assets, eight digits."""
    digest = hashlib.sha256()
    for folder in (_HERE / "templates", _HERE / "locales", STATIC):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(_HERE).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
