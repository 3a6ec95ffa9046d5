"""Kinds of faults, out of words that many hands have typed."""

import re

_FOLD = re.compile(r"clin|fold")
_THRUST = re.compile(r"thr[us]{2}t|revers")
_NORMAL = re.compile(r"norm")
_LEFT = re.compile(r"l\w?ft|sinis")
_RIGHT = re.compile(r"right|dextr")
_STRIKE = re.compile(r"slip|rike|stri")

UNCLASSIFIED = "unclassified"


def is_fold(text: str | None) -> bool:
    """Tell whether a kind is that of a fold, which is no fault.

    >>> [is_fold(text) for text in ("anticline", "snycline", "fold", "thrust", None)]
    [True, True, True, False, False]
    """
    return text is not None and _FOLD.search(text.casefold()) is not None


def fault_kind(text: str | None) -> str:
    """Return the kind of a fault in words that are always spelt the same.

    Parameters
    ----------
    text : str or None
        As in the source, with all its misspellings.

    Returns
    -------
    str
        ``thrust`` (reverse included), ``normal``, ``left-slip``, ``right-slip``,
        ``strike-slip`` (sense unknown), one of the first two and one of the last
        three for oblique slip, or ``unclassified``.

    >>> fault_kind("left sli[p"), fault_kind("Reverse-Dextral"), fault_kind("")
    ('left-slip', 'thrust, right-slip', 'unclassified')
    """
    words = (text or "").casefold()
    dips = [
        kind
        for kind, pattern in (("thrust", _THRUST), ("normal", _NORMAL))
        if pattern.search(words)
    ]
    slips = [
        kind
        for kind, pattern in (("left-slip", _LEFT), ("right-slip", _RIGHT))
        if pattern.search(words)
    ]
    if not slips and _STRIKE.search(words):
        slips = ["strike-slip"]
    # Two contrary senses say as much as none.
    parts = [*(dips if len(dips) == 1 else []), *(slips if len(slips) == 1 else [])]
    return ", ".join(parts) or UNCLASSIFIED
