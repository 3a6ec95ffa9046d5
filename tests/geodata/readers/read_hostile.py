"""Run in a child: read every file of a list with little memory, tell what happened.

It has the environment and the limits of the sandbox, but the kernel does not confine
it: what Landlock would refuse is possible here.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

from geodata.errors import GeodataError
from geodata.readers.child_environment import ENVIRONMENT


def main() -> None:
    os.environ.update(ENVIRONMENT)
    from geodata.readers import sandbox  # only now is GDAL loaded
    from geodata.readers.vector import read_vector

    sandbox._state["confined"] = True
    limit = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    cases = json.loads(sys.stdin.read())
    outcomes = {}
    for name, (driver, path) in cases.items():
        start = time.perf_counter()
        try:
            table = read_vector(Path(path), driver=driver)
            outcome = f"opened with {len(table)} rows: {table.to_json()[:500]}"
        except GeodataError as error:
            outcome = f"{type(error).__name__}: {error}"
        except Exception as error:  # noqa: BLE001 (that is what the test is about)
            outcome = f"untyped {type(error).__name__}: {error}"
        outcomes[name] = [outcome, time.perf_counter() - start]
    # Not ru_maxrss: that also remembers the process this one was started from.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (peak,) = (
        int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")
    )
    sys.stdout.write(json.dumps({"outcomes": outcomes, "peak_mb": peak // 1024}))


if __name__ == "__main__":
    main()
