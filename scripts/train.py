#!/usr/bin/env python3
"""Train the learned models on the world's occurrences, and write their coefficients."""

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from geodata.checksums import write_atomically
from geodata.errors import GeodataError, TrainingError
from geodata.folders import BUNDLE, HOME
from geodata.layers.occurrences.samples import labels
from geodata.layers.store import LayerStore
from geodata.release.withheld_region import WITHHELD, outside
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.learned.argument_file import (
    learned_type_texts,
    parse_learned_type,
)
from geodata.scoring.learned.model import LearnedModel
from geodata.scoring.learned.model_file import (
    COUNTS,
    FOLDER,
    from_json,
    to_json,
)
from geodata.scoring.learned.train import train_model
from geodata.scoring.learned.training import (
    OCCURRENCES,
    assemble,
    prepare_arguments,
)

TOLERANCE = 1e-4  # of a slope; other libraries round differently
PACKAGE = Path(__file__).parents[1] / "geodata"
SHIPPED = PACKAGE / FOLDER


def main(
    home: Annotated[
        Path, typer.Option(envvar="ATLAS_HOME", help="Folder with the layers.")
    ] = HOME,
    deposit_type: Annotated[
        list[str] | None, typer.Option(help="Only these deposit types (repeat).")
    ] = None,
    withhold: Annotated[
        bool,
        typer.Option(
            help="Keep Central Asia back whole, as the reported figures do; "
            "--no-withhold trains on it too and says so in the file."
        ),
    ] = True,
    out: Annotated[
        Path, typer.Option(help="Folder to write <type>.json to.")
    ] = SHIPPED,
    check: Annotated[
        bool,
        typer.Option(
            help="Write nothing: say whether the files in the folder follow from the "
            "layers that are here."
        ),
    ] = False,
) -> None:
    """Train a model for every deposit type that has arguments and enough examples."""
    told, errors = Console(markup=False), Console(stderr=True, markup=False)
    store = LayerStore((BUNDLE, home / "layers"))
    differing = 0
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in learned_type_texts().items():
            if deposit_type and name not in deposit_type:
                continue
            learned_type = parse_learned_type(name, text)
            readings = prepare_arguments(learned_type.arguments, store)
            places = assemble(name, learned_type.arguments, readings, store)
            everywhere = np.ones(len(places.group), dtype=np.bool_)
            try:
                model = train_model(
                    learned_type,
                    places,
                    readings,
                    train=outside(places) if withhold else everywhere,
                    withheld=WITHHELD if withhold else "",
                )
            except TrainingError as error:
                errors.print(f"Not trained. {error}", style="yellow")
                continue
            path = out / f"{name}.json"
            if check:
                if not path.is_file():
                    errors.print(f"There is no {path}. Run without --check first.")
                    sys.exit(1)
                apart = farthest_apart(model, from_json(path.read_text("utf-8"), text))
                told.print(f"{name}: coefficients differ by {apart:.1e} at most")
                differing += apart > TOLERANCE
                continue
            write_atomically(path, to_json(model, text).encode())
            summary(model, told)
            told.print(f"Written: {path}", highlight=False)
        if not check:
            write_atomically(out / COUNTS, examples_of_types(store).encode())
    except GeodataError as error:
        errors.print(f"Not trained. {error}", style="red", highlight=False)
        sys.exit(1)
    if differing:
        errors.print("The shipped coefficients do not follow from these layers.")
        sys.exit(1)


def examples_of_types(store: LayerStore) -> str:
    """Count the known examples of every deposit type in the world, as CSV."""
    table = store.vector(OCCURRENCES).table
    rows = [f"{name},{len(labels(table, name))}" for name in deposit_type_texts()]
    return "\n".join(["deposit_type,n_world", *rows]) + "\n"


def farthest_apart(one: LearnedModel, other: LearnedModel) -> float:
    """Return the largest difference between the numbers of two models."""
    first, second = one.coefficients, other.coefficients
    return max(
        abs(first.intercept - second.intercept),
        *(
            float(np.abs(getattr(first, name) - getattr(second, name)).max())
            for name in ("slopes", "centre", "spread")
        ),
    )


def summary(model: LearnedModel, out: Console) -> None:
    """Print the coefficients as a geologist reads them."""
    training = model.training
    out.print(
        f"{model.title}: {training.positives} examples, {training.others} "
        f"other deposits, {training.land} places on land; penalty {training.ridge:g}; "
        f"kept back: {training.withheld or 'nothing'}",
        highlight=False,
    )
    table = Table("argument", "more of it", "log odds by one deviation", "importance")
    found = model.coefficients
    slopes = iter(found.slopes)
    for argument, importance in zip(model.arguments, model.importance, strict=True):
        for column in argument.columns:
            table.add_row(
                column, argument.direction, f"{next(slopes):+.2f}", f"{importance:.2f}"
            )
    out.print(table)


if __name__ == "__main__":
    typer.run(main)
