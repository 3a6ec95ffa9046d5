"""Two opinions of one place, the expert model's and the learned one's, compared."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from app.atlas import Atlas
from app.explanation_schemas import Agreement
from app.text import say
from app.text.map_tests import skill_of_map
from app.text.opinions import compared, layers_not_here, too_few
from geodata.release import OVERALL, DepositTypeEntry, LearnedMap, Places
from geodata.scoring.agreement import WORDS, classes
from geodata.scoring.validation.report import MapId

_NAMED = 3  # missing layers that are named, those that cost most


def has_learned(atlas: Atlas, deposit_type: str) -> bool:
    """Say whether the release has a learned model of a deposit type."""
    known = deposit_type in atlas.release.deposit_types
    return known and atlas.release.learned_map(deposit_type) is not LearnedMap.ABSENT


def why_not_learned(atlas: Atlas, deposit_type: str) -> str:
    """Say why there is no learned map, or an empty one; empty where there is one.

    Parameters
    ----------
    atlas : Atlas
        The open release.
    deposit_type : str
        Id of a deposit type, or ``"overall"``.
    """
    if deposit_type == OVERALL:
        return say("learned.one-type")
    if has_learned(atlas, deposit_type):
        empty = atlas.release.learned_map(deposit_type) is LearnedMap.EMPTY
        return say("learned.empty") if empty else ""
    found = atlas.release.validation.without_learned.get(deposit_type)
    if found is None:
        return too_few(None)
    return too_few(
        found.n_world,
        fewest=found.fewest,
        tested=found.n_tested,
        fewest_tested=found.fewest_tested,
    )


def first_opinion(atlas: Atlas, item: DepositTypeEntry) -> str:
    """Name the opinion that is shown first: of what there is, the better one."""
    learned = atlas.release.learned_map(item.id) is LearnedMap.KNOWN
    if learned and not item.ranked_share:
        return "learned"
    return item.default_opinion.opinion if learned else "expert"


def why_not_ranked(atlas: Atlas, item: DepositTypeEntry) -> str:
    """Say why a release ranks no land for a deposit type; empty where it ranks some."""
    if item.ranked_share:
        return ""
    costs = {
        layer.layer: sum(
            use.weight_share for use in layer.costs if use.deposit_type == item.id
        )
        for layer in atlas.release.manifest.missing_layers
    }
    most = sorted((-share, name) for name, share in costs.items() if share)
    names = [name.replace("-", " ") for _, name in most[:_NAMED]]
    return say("map.not-ranked", type=item.title, layers=", ".join(names))


def skill_of_maps(atlas: Atlas, deposit_type: str) -> dict[MapId, str]:
    """Say of each opinion's map of a type whether it has skill beyond its ground."""
    tests = atlas.release.validation.map_tests
    maps: tuple[MapId, ...] = (
        ("expert", "learned") if has_learned(atlas, deposit_type) else ("expert",)
    )
    return {opinion: skill_of_map(tests, deposit_type, opinion) for opinion in maps}


def layers_of_test(atlas: Atlas, deposit_type: str, *, below: bool = False) -> str:
    """Say which layers of its test a learned model lacks here; empty where none.

    Parameters
    ----------
    atlas : Atlas
        The open release.
    deposit_type : str
        Id of a deposit type.
    below : bool
        Whether the figures of the test stand below what is said.
    """
    missing = atlas.release.validation.missing_layers.get(deposit_type, ())
    titles = [_title(item.layer, item.title) for item in missing]
    return layers_not_here(titles, below=below)


def _title(layer: str, title: str) -> str:
    """Name a layer; one that is not there may be known by its id alone."""
    return layer.replace("-", " ") if title == layer else title


def compare(expert: float | None, learned: float | None) -> str:
    """Say which of two models puts a place in its best tenth.

    Parameters
    ----------
    expert, learned : float or None
        Area ranks, 0 (best) to 1; None or NaN = unknown.

    >>> compare(0.02, 0.1), compare(0.02, 0.3), compare(0.5, None)
    ('both', 'expert only', 'not known')
    """
    ranks = np.array([[expert], [learned]], dtype=np.float32)  # None becomes NaN
    return WORDS[int(classes(*ranks)[0])]


def of_places(
    atlas: Atlas, places: Places, deposit_type: str
) -> list[Agreement | None]:
    """Compare the two models at each place; None where the type has no learned one."""
    if not has_learned(atlas, deposit_type):
        return [None] * len(places)
    return [
        Agreement(
            kind=(kind := compare(ranks.expert, ranks.learned)),
            text=compared(kind, ranks.expert, ranks.learned, what="place"),
            expert_rank=ranks.expert,
            learned_rank=ranks.learned,
        )
        for ranks in places.ranks(deposit_type)
    ]


def of_area(atlas: Atlas, row: Mapping[str, Any]) -> Agreement | None:
    """Compare the two models over a prospect area.

    Parameters
    ----------
    atlas : Atlas
        The open release.
    row : mapping
        The area's row of the table.

    Returns
    -------
    Agreement or None
        As of :func:`of_places`; an area has no single rank of the expert model, so
        ``expert_rank`` is None.
    """
    if not has_learned(atlas, str(row["deposit_type"])):
        return None
    learned = float(row["learned_rank"])
    known = None if math.isnan(learned) else learned
    kind = str(row["agreement"])
    return Agreement(
        kind=kind,
        text=compared(kind, None, known, what="area"),
        expert_rank=None,
        learned_rank=known,
    )
