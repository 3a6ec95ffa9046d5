"""The catalogues of sentences: a key in the code, its sentence in ``locales``.

A key such as ``opinion.both`` is the ``msgid``; the English sentence, with named
places for values in braces, stands in ``locales/en.po`` as its translation like any
other language's.  So a sentence can be mended, or said in another language, without
a change of code.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path

from babel.messages.pofile import read_po
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

LOCALES = Path(__file__).parent.parent / "locales"
ENGLISH = "en"
"""The language all others fall back on, as its catalogue has every key."""

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The sentences of one language.

    Attributes
    ----------
    language : str
        Its code, the name of its file.
    sentences : mapping of str to tuple of str
        Key → sentence, or its plural forms.
    form : function
        Number → position of the plural form it takes.
    """

    language: str
    sentences: Mapping[str, tuple[str, ...]]
    form: Callable[[int], int]


@cache
def catalogue(language: str = ENGLISH, folder: Path = LOCALES) -> Catalogue:
    """Read the catalogue of a language.

    Parameters
    ----------
    language : str, optional
        Its code, the name of its file; by default English.
    folder : Path, optional
        Where the catalogues are.

    Raises
    ------
    babel.messages.pofile.PoFileError
        If the file is not in the format of gettext; names the line.
    """
    with (folder / f"{language}.po").open("rb") as stream:
        read = read_po(stream, locale=language, abort_invalid=True)
    sentences = {}
    for message in read:
        key = message.id if isinstance(message.id, str) else message.id[0]
        said = message.string or ""
        forms = (said,) if isinstance(said, str) else tuple(said)
        if key and all(forms):
            sentences[key] = forms
    return Catalogue(
        language=language, sentences=sentences, form=c2py(read.plural_expr)
    )


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything in a language, in this thread or task, until the block ends."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """Return the code of the language that is spoken."""
    return _spoken.get()


def _lookup(key: str) -> tuple[Catalogue, tuple[str, ...]]:
    """Find a sentence in the language that is spoken, or else in English."""
    spoken = catalogue(_spoken.get(), LOCALES)
    if key not in spoken.sentences:
        spoken = catalogue(ENGLISH, LOCALES)
    return spoken, spoken.sentences[key]


def has(key: str) -> bool:
    """Say whether there is a sentence of this key, at least in English.

    >>> has("number.no-data"), has("column.nobody-wrote-this")
    (True, False)
    """
    return key in catalogue(ENGLISH, LOCALES).sentences


def say(key: str, /, **values: object) -> str:
    """Say a sentence.

    Parameters
    ----------
    key : str
        Its key in ``locales/en.po``.
    **values
        What stands in its braces, as it is to be read.

    Raises
    ------
    KeyError
        If there is no such key, or a value is wanting.

    >>> say("number.no-data")
    'no data here'
    """
    return _lookup(key)[1][0].format_map(values)


def say_html(key: str, /, **values: object) -> Markup:
    """Say a sentence with markup of its own; every value in it is escaped.

    >>> say_html("page.each-type-verdict", verdict="<i>")
    Markup('<b>Each type on its own.</b> &lt;i&gt;')
    """
    return Markup(_lookup(key)[1][0]).format_map(values)  # noqa: S704  # ours


def say_many(key: str, n: int, /, **values: object) -> str:
    """Say a sentence about a number of things, in the form the number takes.

    Parameters
    ----------
    key : str
        Its key in ``locales/en.po``.
    n : int
        How many; stands in the braces as ``{n}``.
    **values
        What else stands there.
    """
    spoken, forms = _lookup(key)
    return forms[spoken.form(n)].format_map({"n": n, **values})


def for_scripts(*starts: str) -> Markup:
    """Write sentences as JSON for the scripts of a page, which fill in the values.

    Parameters
    ----------
    *starts : str
        How their keys begin.

    Returns
    -------
    Markup
        Key → sentence, safe between tags; of a sentence with plural forms these, and
        the position of the form for every number below 200: the rules of no language
        look past the last two digits of a larger one.

    >>> for_scripts("number.no-data")
    Markup('{"number.no-data": "no data here"}')
    """
    written: dict[str, object] = {}
    for key in catalogue(ENGLISH, LOCALES).sentences:
        if key.startswith(starts):
            spoken, forms = _lookup(key)
            positions = "".join(str(spoken.form(n)) for n in range(200))
            plural = {"forms": forms, "positions": positions}
            written[key] = forms[0] if len(forms) == 1 else plural
    return htmlsafe_json_dumps(written)
