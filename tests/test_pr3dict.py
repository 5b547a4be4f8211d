"""The public names of the package."""

import ast
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import pr3dict


def test_every_public_name_is_there():
    assert sorted(pr3dict.__all__) == pr3dict.__all__
    assert all(getattr(pr3dict, name) is not None for name in pr3dict.__all__)
    assert pr3dict.__all__ == dir(pr3dict)


def test_another_name_is_not():
    name = "nothing"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(pr3dict, name)


def test_the_version_is_that_of_the_installation(monkeypatch):
    assert metadata.version("pr3dict") == pr3dict.__version__

    def absent(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", absent)
    assert "0+unknown" == pr3dict.__version__


def test_importing_it_loads_nothing_heavy():
    heavy = ("asyncio", "msgspec", "importlib.metadata")
    code = f"import sys, pr3dict; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run(  # noqa: S603 - our own interpreter, our own code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert "[]" == found.stdout.strip()


def test_type_checkers_know_the_same_names():
    stub = Path(pr3dict.__file__).with_suffix(".pyi")
    names = [alias.name for node in _imports(stub) for alias in node.names]

    assert sorted(names) == pr3dict.__all__


def _imports(stub):
    return [node for node in ast.parse(stub.read_text()).body if isinstance(node, ast.ImportFrom)]
