"""Secrets are given out where they are used, and shown nowhere."""

import pickle

import pytest

from pr3dict.model.credentials import ClobApiKeyCreds, Secret

CREDS = ClobApiKeyCreds(key="k-1", secret="s-1", passphrase="p-1")


def test_a_secret_is_shown_by_nothing_that_prints():
    shown = f"{CREDS} {CREDS!r} {Secret('s-1')} {[CREDS]} {Secret('s-1')!s}"
    assert not any(part in shown for part in ("k-1", "s-1", "p-1"))


def test_a_secret_is_had_where_it_is_asked_for():
    assert ("k-1", "s-1", "p-1") == (CREDS.key, CREDS.secret.reveal(), CREDS.passphrase.reveal())


@pytest.mark.parametrize("held", [Secret("s-1"), CREDS])
def test_a_secret_is_not_pickled(held):
    with pytest.raises(TypeError):
        pickle.dumps(held)


def test_equal_credentials_are_equal():
    assert CREDS == ClobApiKeyCreds("k-1", "s-1", "p-1")
    assert CREDS != ClobApiKeyCreds("k-1", "s-2", "p-1")
    assert 1 == len({CREDS, ClobApiKeyCreds("k-1", "s-1", "p-1")})
    assert not Secret("")
