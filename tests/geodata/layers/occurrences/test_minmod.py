import json
import os

import pytest

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.layers.occurrences.minmod import LARGEST_FILE, read_minerals


def written(tmp_path, *records):
    path = tmp_path / "ree.json"
    path.write_text(json.dumps({"MineralSite": list(records)}), encoding="utf-8")
    return path


def test_a_record_number_becomes_text_and_its_minerals_a_list(tmp_path):
    inventory = [
        {"commodity": {"observed_name": name}}
        for name in ("bastnasite", "", "Y", "bastnasite")
    ]
    path = written(
        tmp_path,
        {"record_id": 211, "mineral_inventory": [*inventory, {"commodity": None}, {}]},
        {"record_id": "212", "mineral_inventory": None},
    )
    assert read_minerals(path) == {"211": "bastnasite; Y", "212": ""}


@pytest.mark.parametrize("content", ["{}", "[1]", "not json", '{"MineralSite": [{}]}'])
def test_another_layout_is_refused(tmp_path, content):
    path = tmp_path / "ree.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LayerFormatError, match=r"ree\.json is not as expected"):
        read_minerals(path)


def test_a_file_too_large_is_not_read(tmp_path):
    path = tmp_path / "ree.json"
    path.touch()
    os.truncate(path, LARGEST_FILE + 1)  # a hole: nothing is written
    with pytest.raises(UnsafeFileError, match="at most"):
        read_minerals(path)


def test_the_real_copy_holds_its_records(shared):
    minerals = read_minerals(shared / "mirror" / "minmod-2024" / "ree.json")
    assert len(minerals) == 737
    assert "338" not in minerals
