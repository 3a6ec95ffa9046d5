"""What each record is about, in our words, beside the words of its source."""

import pandas as pd

from geodata.layers.occurrences.layout import MINERALS, NOTHING, OccurrenceTable
from geodata.layers.occurrences.tables import TABLES
from geodata.layers.occurrences.vocabulary import Content, Vocabulary, load_vocabulary

_TABLES = {table.source: table for table in TABLES}


def describe_contents(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the uniform table that come from words.

    Parameters
    ----------
    claims : DataFrame
        As :func:`geodata.layers.occurrences.claims.read_claims` returns them.

    Returns
    -------
    DataFrame
        Same index; ``commodities`` and ``minerals`` sorted and joined by commas,
        ``commodity_group``, ``ree_evidence``, ``deposit_type``,
        ``deposit_type_source``, ``status``, ``status_source``, ``is_facility``,
        ``table``, ``record_url``.
    """
    words = load_vocabulary()
    described = [_described(row, words) for row in claims.to_dict("records")]
    return pd.DataFrame(described, index=claims.index)


def _described(row: dict[str, str], words: Vocabulary) -> dict[str, str | bool]:
    table = _TABLES[row["source_id"]]
    content = _content(row, table, words)
    codes = content.commodities
    # A record of a table of tin and tungsten that lists nothing has one or the other:
    # its group is known, its commodity is not.
    about = codes or frozenset(table.subject_any)
    types = [text for text in (row["deposit_group"], row["deposit_type"]) if text]
    return {
        "commodities": ",".join(sorted(codes)),
        "minerals": ",".join(sorted(content.minerals)),
        "commodity_group": words.group(about),
        "ree_evidence": words.evidence(about),
        "deposit_type": words.deposit_type(table.source, *reversed(types)),
        "deposit_type_source": " / ".join(types),
        "status": words.status(row["status"]),
        "status_source": row["status"],
        "is_facility": words.is_facility(name=row["name"], status=row["status"]),
        "table": table.title,
        "record_url": table.record_page.replace("{record_id}", row["record_id"]),
    }


def _content(row: dict[str, str], table: OccurrenceTable, words: Vocabulary) -> Content:
    text = "" if table.lists == NOTHING else row["commodities"]
    listed = words.content(text, lists_minerals=table.lists == MINERALS)
    copied = words.content(row["minerals_text"], lists_minerals=True)
    codes = listed.commodities | frozenset(table.subject)
    codes |= words.implied(table.source, row["deposit_type"])
    return Content(commodities=codes, minerals=listed.minerals | copied.minerals)
