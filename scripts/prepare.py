"""Prepare everything the atlas needs on this machine, and nothing twice.

Run by ``scripts/setup``, before any package is there: with the standard library alone.
"""

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from geodata.folders import HOME, PROJECT
from scripts.preparation import steps
from scripts.preparation.environment import environment
from scripts.preparation.places import Places, SetupError


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked for; 1 when something could not be done."""
    parser = argparse.ArgumentParser(prog="scripts/setup", description=__doc__)
    parser.add_argument(
        "--release", action="store_true", help="see to a release that can be served"
    )
    parser.add_argument(
        "--dev", action="store_true", help="also the test and check tools"
    )
    parser.add_argument(
        "--quick", action="store_true", help="do not try again what failed last time"
    )
    asked = parser.parse_args(arguments)
    at = Places(project=PROJECT, home=Path(os.environ.get("ATLAS_HOME") or HOME))
    try:
        _require_writable(at.home)
        environment(at, dev=asked.dev)
        steps.assets(at)
        steps.layers(at, quick=asked.quick)
        if asked.release:
            steps.release(at)
    except SetupError as error:
        sys.stderr.write(f"\n{textwrap.fill(str(error), 80, break_long_words=False)}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Run this again to go on.\n")
        return 130
    return 0


def _require_writable(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        is_writable = os.access(home, os.W_OK)
    except OSError:
        is_writable = False
    if not is_writable:
        raise SetupError(
            f"The folder {home} cannot be written. Choose another one: "
            "ATLAS_HOME=/some/folder scripts/serve"
        )


if __name__ == "__main__":
    sys.exit(main())
