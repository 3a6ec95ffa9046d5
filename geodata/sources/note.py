"""What is remembered beside a file that is here in part."""

import re
from dataclasses import dataclass

_STRONG_TAG = re.compile(r'"[!#-~]*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the server said of the file that is coming.

    Attributes
    ----------
    url : str
        Address of the catalogue, whatever it was redirected to.
    etag, last_modified : str
        As sent; empty when it sent none, or none that can be relied on.
    total : int
        Size of the whole file, bytes; 0 = unknown.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    total: int = 0

    @property
    def validator(self) -> str:
        """What a request for the rest is made conditional on; empty = nothing.

        A weak entity tag promises similar bytes, not equal ones, and the date
        beside it no more: the file is then fetched from its beginning.
        """
        if not self.etag:
            return self.last_modified
        return self.etag if _STRONG_TAG.fullmatch(self.etag) else ""
