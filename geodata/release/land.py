"""What the land of a release says of its models, in a file of its own."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter

from geodata.release.model import to_json
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.like_land import LikeLand, RegionalModel

LAND = "land.json"

_Land = TypeAdapter(dict[str, LikeLand])


def write_land(folder: Path, models: Mapping[str, RegionalModel]) -> None:
    """Write what the land says of the models of a release, by deposit type."""
    content = to_json({name: model.land for name, model in models.items()})
    (folder / LAND).write_bytes(content)


def read_land(
    folder: Path, models: Mapping[str, DepositType]
) -> dict[str, RegionalModel]:
    """Join the models of a release with what its land says of them."""
    land = _Land.validate_json((folder / LAND).read_bytes())
    return {
        name: RegionalModel(deposit_type=model, land=land[name])
        for name, model in models.items()
    }
