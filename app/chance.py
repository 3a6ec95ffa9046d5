"""Words that nobody can guess, drawn ahead.

Drawing asks the system, and while it does another thread may take over: under load that
costs an event loop milliseconds for each word.
"""

import os
from base64 import urlsafe_b64encode

_WORD_BYTES = 18
_AHEAD = 512


class Words:
    """Draws many words at once and gives each away once; for one thread."""

    def __init__(self) -> None:
        self._drawn: list[str] = []

    def draw(self) -> str:
        """Return 24 letters, digits, hyphens and underscores that were never given."""
        if not self._drawn:
            text = urlsafe_b64encode(os.urandom(_AHEAD * _WORD_BYTES)).decode()
            size = len(text) // _AHEAD
            self._drawn = [text[at : at + size] for at in range(0, len(text), size)]
        return self._drawn.pop()
