"""What differs in what two releases were made from."""

from collections.abc import Mapping

from geodata.release.model import Manifest
from geodata.scoring.record import Record

Setting = str | int | float
"""A value a user chose, or a version."""


class NameChanges(Record):
    """Names of inputs that came, went, or have other content."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


class SettingChange(Record):
    """A setting or version that is another one; None where there was, or is, none."""

    name: str
    before: Setting | None
    after: Setting | None


class InputChanges(Record):
    """What differs in what two releases were made from.

    Attributes
    ----------
    layers, deposit_types, learned : NameChanges
        Layers by the checksum of their data; models by that of their files.
    redescribed : tuple of str
        Layers whose data are the same, but not their record or how they are shown.
    knowledge : tuple of str
        ``examples``, ``records`` or ``land``: what the package ships of the world.
    settings : tuple of SettingChange
        Parameters, the version of the method, and libraries.
    """

    layers: NameChanges
    redescribed: tuple[str, ...]
    deposit_types: NameChanges
    learned: NameChanges
    knowledge: tuple[str, ...]
    settings: tuple[SettingChange, ...]


def compare_inputs(before: Manifest, after: Manifest) -> InputChanges:
    """Tell what differs in what two releases were made from."""
    old, new = before.inputs, after.inputs
    data = [{item.id: item.sha256 for item in one.layers} for one in (before, after)]
    layers = _names(*data)
    described = _names(old.layers, new.layers)
    return InputChanges(
        layers=layers,
        redescribed=tuple(
            name for name in described.changed if name not in layers.changed
        ),
        deposit_types=_names(old.deposit_types, new.deposit_types),
        learned=_names(old.learned, new.learned),
        knowledge=tuple(
            name
            for name in ("examples", "records", "land")
            if getattr(old, name) != getattr(new, name)
        ),
        settings=_settings(_chosen(before), _chosen(after)),
    )


def _names(old: Mapping[str, str], new: Mapping[str, str]) -> NameChanges:
    both = sorted(set(old) & set(new))
    return NameChanges(
        added=tuple(sorted(set(new) - set(old))),
        removed=tuple(sorted(set(old) - set(new))),
        changed=tuple(name for name in both if old[name] != new[name]),
    )


def _chosen(manifest: Manifest) -> dict[str, Setting]:
    """Return every setting and version by its name."""
    chosen = manifest.parameters.model_dump()
    delineation = chosen.pop("delineation")
    return {
        **chosen,
        **delineation,
        "method": manifest.inputs.method,
        **manifest.inputs.libraries,
    }


def _settings(
    old: Mapping[str, Setting], new: Mapping[str, Setting]
) -> tuple[SettingChange, ...]:
    return tuple(
        SettingChange(name=name, before=old.get(name), after=new.get(name))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    )
