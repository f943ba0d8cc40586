"""The module itself: what it exports, and its numbers."""

from __future__ import annotations

import enum
import shutil
import subprocess
import types
from collections.abc import Mapping

import pytest
import virtwatch
from virtwatch import _enums, _native


def test_all_names_exist() -> None:
    assert sorted(virtwatch.__all__) == virtwatch.__all__
    for name in virtwatch.__all__:
        assert getattr(virtwatch, name).__doc__ or name == "__version__", name


def test_everything_public_is_described() -> None:
    """In `help()`, where a programmer looks: classes, methods and properties."""
    silent = []
    for name in virtwatch.__all__:
        thing = getattr(virtwatch, name)
        if isinstance(thing, type) and not issubclass(thing, enum.Enum):
            for part, value in vars(thing).items():
                if not part.startswith("_") and not isinstance(value, types.MemberDescriptorType):
                    if not (getattr(value, "__doc__", None) or hasattr(Mapping, part)):
                        silent.append(f"{name}.{part}")
    assert silent == []


def test_the_version_is_that_of_the_crate() -> None:
    from importlib.metadata import version

    assert version("virtwatch") == virtwatch.__version__


def squash(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


@pytest.mark.parametrize("name", sorted(_native.numbers()))
def test_the_numbers_are_those_of_the_core(name: str) -> None:
    core = dict(_native.numbers()[name])
    if name == "CatchupCause":
        core |= _native.numbers()["Origin"]
        name = "Origin"
    elif name == "Origin":
        core |= _native.numbers()["CatchupCause"]
    members = getattr(_enums, name)
    assert {squash(text): number for text, number in core.items()} == {
        squash(member.name): member.value for member in members
    }


def test_every_enumeration_is_compared() -> None:
    classes = {
        name
        for name, value in vars(_enums).items()
        if isinstance(value, enum.EnumMeta) and list(value)
    }
    assert classes - {"RecordKind", "MetadataType", "Answer"} == set(_native.numbers()) - {"CatchupCause"}
    assert [kind.value for kind in virtwatch.RecordKind] == [0, 1, 2, 3, 4, 5]
    assert [kind.value for kind in virtwatch.MetadataType] == [0, 1, 2]
    assert [answer.value for answer in virtwatch.Answer] == [0, 1]


def test_numbers_print_as_names() -> None:
    assert f"{virtwatch.EventType.STARTED:>8}" == " started"
    assert str(virtwatch.RunningReason.FROM_SNAPSHOT) == "from snapshot"
    assert int(virtwatch.EventType.ADDED) == 32


@pytest.mark.skipif(shutil.which("nm") is None, reason="needs nm")
def test_the_module_exports_no_c_function_of_virtwatch() -> None:
    symbols = subprocess.run(
        ["nm", "-D", "--defined-only", _native.__file__],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = {line.split()[-1] for line in symbols.splitlines()}
    assert "PyInit__native" in names
    assert not [name for name in names if name.startswith("vw")]


def test_the_classes_cannot_be_changed_or_subclassed() -> None:
    for name in ("Connection", "Domain", "Watch", "Registration", "Record", "Cursor", "Stats"):
        cls = getattr(virtwatch, name)
        assert cls.__module__ == "virtwatch"
        with pytest.raises(TypeError):
            type(name, (cls,), {})
