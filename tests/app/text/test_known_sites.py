"""What the check against known sites comes to is said as it is."""

import pytest

from app.text import say
from app.text.known_sites import capture_rows, expert_checks, verdict
from geodata.scoring.validation.known_sites import (
    KnownSites,
    SitesResult,
    judge_sites,
)
from tests.app.learned_reports import learned_report, untested_report

GOOD = SitesResult(n=13, unknown=0, districts=12, mean=0.31, limit=0.37)
POOR = SitesResult(n=14, unknown=0, districts=12, mean=0.49, limit=0.37)
NONE = judge_sites([])


def known(own: SitesResult, overall: SitesResult) -> KnownSites:
    return KnownSites(
        cells=1,
        area_km2=25.0,
        sites=(),
        own=own,
        overall=overall,
        baselines=(),
        coverage={},
    )


@pytest.mark.parametrize(
    ("own", "overall", "key"),
    [
        (POOR, POOR, "neither"),
        (GOOD, POOR, "own-only"),
        (POOR, GOOD, "overall-only"),
        (GOOD, GOOD, "both"),
    ],
)
def test_both_rankings_are_judged_in_one_line(
    own: SitesResult, overall: SitesResult, key: str
) -> None:
    said = verdict(known(own, overall))
    assert said.short == say(f"known-sites.{key}", n=overall.n)
    for text, found in ((said.own, own), (said.overall, overall)):
        assert f"{found.n} known sites" in text
        assert f"{found.mean:.0%}".replace("%", " %") in text
        assert ("weak" in text) == found.better_than_chance


def test_without_a_site_nothing_is_claimed() -> None:
    said = verdict(known(NONE, NONE))
    assert said.own == said.overall == said.short == ""
    assert verdict(known(GOOD, NONE)).short == ""


def test_what_alone_does_as_well_is_named() -> None:
    beaten = GOOD.model_copy(
        update={"beaten_by": ("felsic-bedrock", "terrane-boundary")}
    )
    said = verdict(known(beaten, GOOD))
    assert said.own.endswith(
        "the felsic share of the bedrock or by the distance to a terrane boundary "
        "alone they do as well or better."
    )
    assert "alone" not in said.overall
    assert "alone" in verdict(known(GOOD, beaten)).short


def test_the_two_figures_of_the_expert_model_stand_side_by_side() -> None:
    withheld, sites = expert_checks(known(GOOD, POOR), [learned_report()])
    assert withheld.places.endswith("46–88° E, 35–56° N")
    assert "Carbonatite and alkaline igneous" in withheld.by
    assert (withheld.n, withheld.rank.value) == (4, 0.31)
    assert (sites.n, sites.rank.value) == (13, 0.31)


def test_one_figure_of_the_expert_model_alone_needs_no_comparison() -> None:
    assert expert_checks(known(NONE, NONE), [learned_report()]) == ()
    assert expert_checks(known(GOOD, GOOD), [untested_report()]) == ()


def test_shares_of_both_rankings_stand_beside_each_other() -> None:
    rows = capture_rows(known(judge_sites([0.02, 0.6]), judge_sites([0.04])))
    assert [row.area for row in rows] == [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5]
    assert [row.own.sites for row in rows] == [0, 1, 1, 1, 1, 1, 1]
    assert rows[2].overall is not None
    assert rows[2].overall.n == 1
    assert capture_rows(known(judge_sites([0.02]), NONE))[0].overall is None
