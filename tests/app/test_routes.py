"""One file adds an endpoint, one file an output format: tried with toys."""

import json
import os
import subprocess
import sys
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Match, Route

from app.formats import formats
from geodata.folders import PROJECT

ENDPOINT = '''
"""How many prospect areas there are."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.caching import answer
from app.parameters import AtlasNow
from app.responses import JSON, REFUSALS

router = APIRouter(tags=["Toys"])


@router.get("/api/toys/count", responses=REFUSALS)
async def count(request: Request, atlas: AtlasNow) -> Response:
    """Count the prospect areas."""
    many = len(atlas.collections["prospects"].ids)
    return answer(request, lambda: b"%d" % many, media_type=JSON)
'''

FORMAT = '''
"""Prospect areas as a list of their names."""

from app.formats import Format


def write(excerpt):
    """Write the ids."""
    return "\\n".join(excerpt.ids).encode()


FORMAT = Format(
    name="txt",
    title="Names",
    media_type="text/plain; charset=utf-8",
    schema={"type": "string"},
    write=write,
    position=9,
    readers={},
)
'''

ASK = """
import json, sys
import app.formats, app.routes
app.routes.__path__.append(sys.argv[1])
app.formats.__path__.append(sys.argv[2])
from fastapi.testclient import TestClient
from app.main import create_default_app
client = TestClient(create_default_app())
print(json.dumps({path: client.get(path).text for path in sys.argv[3:]}))
"""


def test_a_new_endpoint_and_a_new_format_are_one_file_each(
    release_home: Path, tmp_path: Path, client: TestClient
) -> None:
    for folder, text in (("routes", ENDPOINT), ("formats", FORMAT)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "toy.py").write_text(text, encoding="utf-8")
    asked = ("/api/toys/count", "/prospects.txt?deposit_type=placer", "/table", "/api/")
    described = ("/api/docs", "/api/openapi.json", "/")
    done = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-c", ASK),
            *(tmp_path / "routes", tmp_path / "formats", *asked, *described),
        ],
        cwd=PROJECT,
        env={**os.environ, "ATLAS_HOME": str(release_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    areas = client.get("/prospects.geojson").json()["features"]
    placers = client.get("/prospects.geojson?deposit_type=placer").json()["features"]
    assert said[asked[0]] == str(len(areas))
    assert said[asked[1]].split("\n") == [area["id"] for area in placers]
    assert 'href="/prospects.txt" download>Names</a>' in said["/table"]
    assert 'data-download="/prospects.txt"' in said["/"]
    assert "/prospects.txt" in said["/api/"]
    for path in ("/api/docs", "/api/openapi.json"):
        assert "/api/toys/count" in said[path]
        assert "/prospects.txt" in said[path]


def test_no_address_hides_another(application: FastAPI) -> None:
    """Routers are found by name, so none may depend on who comes first."""
    routes = [route for route in application.routes if isinstance(route, Route)]
    for route in routes:
        scope = {"type": "http", "method": "GET", "path": route.path, "headers": []}
        first = next(r for r in routes if r.matches(dict(scope))[0] == Match.FULL)
        assert first.path == route.path


def test_formats_have_endings_of_their_own() -> None:
    endings = [item.name for item in formats()]
    assert endings == sorted(set(endings), key=endings.index)
    assert endings[:2] == ["geojson", "csv"]
