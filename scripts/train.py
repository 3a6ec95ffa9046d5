#!/usr/bin/env python3
"""Train the learned models on the world's occurrences; test the experts' arguments."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from geodata.errors import GeodataError, LearnedModelError, TrainingError
from geodata.folders import BUNDLE, HOME

if TYPE_CHECKING:  # what a command needs is imported when it runs, not for --help
    from geodata.layers.store import LayerStore
    from geodata.scoring.learned.argument import LearnedType
    from geodata.scoring.learned.model import LearnedModel

RECORDS = BUNDLE / "expert" / "argument-records.json"
TOLERANCE = 1e-4  # of a slope; other libraries round differently


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
    out: Annotated[Path, typer.Option(help="Folder to write <type>.json to.")] = BUNDLE
    / "learned",
    check: Annotated[
        bool,
        typer.Option(
            help="Write nothing: say whether the files in the folder follow from the "
            "layers that are here."
        ),
    ] = False,
) -> None:
    """Train a model for every deposit type that has arguments and enough examples."""
    from geodata.checksums import write_atomically
    from geodata.layers.store import LayerStore
    from geodata.release.withheld_region import train_type
    from geodata.scoring.deposit_type import choose, deposit_type_texts
    from geodata.scoring.learned.argument import parse_learned
    from geodata.scoring.learned.model_file import COUNTS, to_json, write_counts

    console, errors = Console(markup=False), Console(stderr=True, markup=False)
    store = LayerStore((BUNDLE, home / "layers"))
    differing = False
    try:
        texts = deposit_type_texts()
        out.mkdir(parents=True, exist_ok=True)
        for name, text in choose(texts, tuple(deposit_type or ())).items():
            if (learned_type := parse_learned(name, text)) is None:
                continue
            try:
                model = train_type(learned_type, store, withhold=withhold).model
            except TrainingError as error:
                errors.print(f"Not trained. {error}", style="yellow")
                continue
            path = out / f"{name}.json"
            if check:
                apart = apart_from_file(model, path, learned_type)
                console.print(f"{name}: coefficients differ by {apart:.1e} at most")
                differing |= apart > TOLERANCE
            else:
                write_atomically(path, to_json(model, learned_type.sha256).encode())
                summary(model, console)
                console.print(f"Written: {path}", highlight=False)
        if not deposit_type:
            differing |= test_arguments(texts, store, RECORDS, console, check=check)
        if not check:
            counts = count_examples(store, texts)
            write_atomically(out / COUNTS, write_counts(counts).encode())
    except GeodataError as error:
        errors.print(f"Not trained. {error}", style="red", highlight=False)
        sys.exit(1)
    if differing:
        errors.print("The shipped coefficients do not follow from these layers.")
        sys.exit(1)


def test_arguments(
    texts: Mapping[str, str],
    store: "LayerStore",
    path: Path,
    out: Console,
    *,
    check: bool,
) -> bool:
    """Test the experts' arguments on the world; say whether they differ from a file.

    Arguments that the world contradicts, and that give no reason to stay, are named.
    """
    from geodata.checksums import write_atomically
    from geodata.scoring.deposit_file import parse_all
    from geodata.scoring.learned.world_records import argument_records
    from geodata.scoring.validation.argument_records import contradicted, read_records

    models = parse_all(texts)
    found = argument_records(models, store)
    for name in contradicted(found, models):
        out.print(
            f"The known places of the world contradict the argument {name}. Take it "
            "out, or say why it stays (kept_because).",
            style="yellow",
        )
    if check:
        same = read_records(path.read_text("utf-8")).by_type == found.by_type
        out.print(f"records of the arguments: {'as' if same else 'not as'} in {path}")
        return not same
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, f"{found.model_dump_json(indent=1)}\n".encode())
    out.print(f"Written: {path}", highlight=False)
    return False


def apart_from_file(
    model: "LearnedModel", path: Path, arguments: "LearnedType"
) -> float:
    """Return the largest difference between a model and the one in a file."""
    from geodata.scoring.learned.model_file import from_json

    if not path.is_file():
        raise LearnedModelError(f"There is no {path}. Run without --check first.")
    return model.farthest_apart(from_json(path.read_text("utf-8"), arguments))


def count_examples(store: "LayerStore", deposit_types: Iterable[str]) -> dict[str, int]:
    """Count the known examples of every deposit type in the world."""
    from geodata.layers.occurrences.samples import labels
    from geodata.scoring.learned.training_set import OCCURRENCES

    table = store.vector(OCCURRENCES).table
    return {name: len(labels(table, name)) for name in deposit_types}


def summary(model: "LearnedModel", out: Console) -> None:
    """Print the coefficients as a geologist reads them."""
    training = model.training
    out.print(
        f"{model.title}: {training.positives} examples, {training.others} "
        f"other deposits, {training.land} places on land; penalty {training.ridge:g}; "
        f"kept back: {training.withheld or 'nothing'}",
        highlight=False,
    )
    table = Table("argument", "more of it", "log odds by one deviation", "importance")
    slopes = iter(model.coefficients.slopes)
    for argument, importance in zip(model.arguments, model.importance, strict=True):
        for column in argument.columns:
            table.add_row(
                column, argument.direction, f"{next(slopes):+.2f}", f"{importance:.2f}"
            )
    out.print(table)


if __name__ == "__main__":
    typer.run(main)
