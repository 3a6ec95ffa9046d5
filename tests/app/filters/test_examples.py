"""The examples of docs/filters.md, asked of the prospects of a release."""

import re
from pathlib import Path

import pytest
import shapely

from app.columns import columns_of
from app.crs import known_crs
from app.filters import parse_filter, rows_matching
from app.filters.tree import ARITHMETIC, COMPARISONS, SPATIAL

GUIDE = (Path(__file__).parents[3] / "docs" / "filters.md").read_text("utf-8")
EXAMPLES = re.findall(r"(?m)^\| .* \| `(.*)` \|$", GUIDE)


def kept(prospects, text, lang="cql2-text"):
    return rows_matching(
        parse_filter(text, lang=lang),
        prospects,
        columns_of(prospects),
        shapely.STRtree(prospects.geometry.to_numpy()),
        crs=known_crs()[0],
    )


def test_every_operator_has_an_example():
    told = " ".join(re.findall(r"(?m)^\| (.*?) \| `", GUIDE)).split()
    operators = {f"`{op.upper()}`" for op in COMPARISONS | ARITHMETIC | SPATIAL}
    assert operators <= set(told)
    assert len(EXAMPLES) == 18


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_is_read_and_keeps_some_prospects_or_none(release, text):
    mask = kept(release.prospects, text)
    assert mask.shape == (len(release.prospects),)
    opposite = kept(release.prospects, f"NOT ({text})")
    assert not (mask & opposite).any()


def test_the_example_as_json_keeps_the_same(release):
    (document,) = re.findall(r'`(\{"op".*\})`', GUIDE)
    table = release.prospects
    kept_by_document = kept(table, document, "cql2-json")
    assert kept_by_document.tolist() == (table["coverage"] >= 0.5).tolist()
    assert kept_by_document.tolist() == kept(table, EXAMPLES[0]).tolist()
