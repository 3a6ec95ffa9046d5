"""The public contract of the answer to many places at once."""

from typing import Literal

from pydantic import BaseModel, Field

from app.asked_places import Detail
from app.explanation_schemas import Account
from app.schemas import Link

Outcome = Literal["explained", "nothing-known", "outside-region"]


class PlaceAgreement(BaseModel):
    """How the two models compare at a place; ranks from 0 (best) to 1."""

    kind: Literal["both", "expert only", "learned only", "neither", "not known"]
    expert_rank: float | None
    learned_rank: float | None


class PlaceSummary(BaseModel):
    """The scores of a place, without their parts; as in a full explanation."""

    deposit_type: str
    favourability: float | None
    p10: float | None
    p50: float | None
    p90: float | None
    coverage: float
    better_share: float | None
    ranked: bool
    agreement: PlaceAgreement | None = Field(
        description="null where the type has no learned model."
    )


class PlaceAnswer(BaseModel):
    """What is said of one of the places; in the order they were asked."""

    position: int = Field(description="In the request, from 0.")
    id: str | int | None = Field(default=None, description="As it was given.")
    lon: float
    lat: float
    outcome: Outcome
    reason: str | None = Field(
        default=None, description="In words, why there is no explanation."
    )
    summary: PlaceSummary | None = None
    explanation: Account | None = None


class PlaceAnswers(BaseModel):
    """The answer to many places: each has its explanation, or a reason."""

    release: str
    caution: str
    links: list[Link]
    deposit_type: str
    detail: Detail
    asked: int
    explained: int
    places: list[PlaceAnswer]
