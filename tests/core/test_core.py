"""An engine is chosen by name, and one that is missing is told in a sentence."""

import sys

import pytest

from pr3dict import core
from pr3dict.core import Core, reference
from pr3dict.model.errors import CoreUnavailable


def test_the_reference_is_always_there():
    assert reference is core.load("reference")


def test_an_engine_offers_what_the_contract_asks(engine):
    assert isinstance(engine, Core)
    assert engine.NAME in {"reference", "native"}


def test_without_a_native_build_auto_takes_the_reference(monkeypatch):
    monkeypatch.setitem(sys.modules, "pr3dict.core.native", None)
    monkeypatch.delattr(core, "native", raising=False)
    assert "reference" == core.load("auto").NAME


def test_a_native_engine_that_is_required_and_missing_is_an_error(monkeypatch):
    monkeypatch.setitem(sys.modules, "pr3dict.core.native", None)
    monkeypatch.delattr(core, "native", raising=False)
    with pytest.raises(CoreUnavailable, match="required but not built"):
        core.load("native")


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="found 'rusty'"):
        core.load("rusty")
