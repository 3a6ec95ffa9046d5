"""What is made on this machine: served assets, layers, and a release."""

import json
import re
from dataclasses import asdict, dataclass

from scripts.preparation.places import (
    Places,
    SetupError,
    fingerprint,
    read,
    run_python,
    run_script,
    say,
)


def assets(at: Places) -> None:
    """Take the map library and the typeface out of their pinned packages.

    Raises
    ------
    SetupError
        If the map library cannot be had.
    """
    code = at.project / "scripts" / "vendor_assets.py"
    stamp = at.project / "app" / "static" / "vendor" / ".stamp"
    wanted = fingerprint(code, at.project / "geodata" / "sources")
    if read(stamp) == wanted:
        return
    say("Map library and typeface: taking them out of their pinned packages")
    if run_script(at, "vendor_assets.py") != 0:
        raise SetupError(
            "Leaflet could not be prepared, and without it there is no map; the reason "
            "is above. Run this again when it is mended."
        )
    stamp.write_text(wanted, encoding="utf-8")


def layers(at: Places, *, quick: bool) -> None:
    """Make the layers that may be used here but not handed on.

    Parameters
    ----------
    quick : bool
        Whether to leave alone what failed last time.
    """
    at.layers.mkdir(parents=True, exist_ok=True)
    geodata = at.project / "geodata"
    code = fingerprint(
        at.project / "scripts" / "build_bundle.py",
        *(geodata / name for name in ("sources", "readers", "layers", "ingestion")),
    )
    built, failed = at.home / ".layers-built", at.home / ".layers-failed"
    # A layer that was lost is made again.
    if read(built) == fingerprint(code, at.layers) or (quick and read(failed) == code):
        return
    say("Layers: building those that are made on your machine, from pinned packages")
    if run_script(at, "build_bundle.py", "--at-setup") == 0:
        built.write_text(fingerprint(code, at.layers), encoding="utf-8")
        failed.unlink(missing_ok=True)
    else:
        failed.write_text(code, encoding="utf-8")
        say("  Some layers could not be built; the reason is above. The atlas works")
        say("  without them: where they are missing it says 'unknown', and coverage is")
        say("  lower. Run scripts/setup to try again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is remembered of the current release.

    Attributes
    ----------
    release : str
        Fingerprint of the pointer and of every file it points to.
    made_of : str
        Fingerprint of code and layers when the release was made or first seen.
    opened_by : str
        Fingerprint of code and layers when it was last found fit to be served.
    """

    release: str = ""
    made_of: str = ""
    opened_by: str = ""


FIT = """
import sys, pathlib
from geodata.release import open_release
open_release(pathlib.Path(sys.argv[1]))
"""


def release(at: Places) -> None:
    """Keep the release that was ranked last; build one where none can be served.

    Raises
    ------
    SetupError
        If it cannot be built.
    """
    current, stamp = at.releases / "current", at.releases / ".stamp"
    inputs = fingerprint(
        at.project / "requirements.lock", at.project / "geodata", at.layers
    )
    now = _current(at)
    try:
        seen = Seen(**json.loads(read(stamp) or "{}"))
    except (ValueError, TypeError):
        seen = Seen()  # of an older version
    is_known = now == seen.release
    if is_known and seen.opened_by == inputs:
        is_fit = True
    else:
        is_fit = current.is_file() and not run_python(at, "-c", FIT, str(at.releases))
    if not is_fit:
        if current.is_file():
            say("The current release is damaged or of an older version of the atlas.")
        say("Release: scoring the five states from the layers at hand")
        if run_script(at, "rank_prospects.py") != 0:
            raise SetupError(
                "The release could not be built; the reason is above. Releases made "
                "before are untouched."
            )
        now, is_known = _current(at), False
    made_of = seen.made_of if is_known else inputs
    seen = Seen(release=now, made_of=made_of, opened_by=inputs)
    stamp.write_text(json.dumps(asdict(seen)), encoding="utf-8")
    said = f"Release {read(current)[:12]}, the one ranked last, is the current one."
    if made_of != inputs:
        said += (
            " Layers or code have changed since; to rank a new one: "
            ".venv/bin/python scripts/rank_prospects.py"
        )
    say(said)


def _current(at: Places) -> str:
    pointer = at.releases / "current"
    name = re.sub("[^0-9a-f]", "", read(pointer))
    return fingerprint(pointer, at.releases / (name or "none"))
