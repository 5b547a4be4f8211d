"""The peers: pinned by version and hash, from no named place, never a dependency of ours."""

import json
import re
import tomllib

import pytest
from bench.peers.catalogue import HERE, OURS, PEERS, ROOT, WORKING, is_node, pinned, requirement

NAMES = sorted({peer.name for peer in PEERS} | {*WORKING})
PYTHON = [name for name in NAMES if name != OURS and not is_node(name)]
FILES = [HERE / name for name in ("requirements.txt", "constraints.txt", "package.json")]


@pytest.mark.parametrize("name", NAMES)
def test_each_peer_has_one_exact_version(name):
    assert re.fullmatch(r"\d+\.\d+\.\d+", pinned(name))


@pytest.mark.parametrize("name", PYTHON)
def test_each_wheel_is_pinned_by_its_hash(name):
    assert re.search(r"--hash=sha256:[0-9a-f]{64}$", requirement(name).rstrip())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_pin_names_a_host(path):
    assert not re.search(r"https?:|index-url|resolved", path.read_text("utf-8"))


def test_what_the_peers_depend_on_is_pinned_as_well():
    lines = (HERE / "constraints.txt").read_text("utf-8").splitlines()[1:]
    assert [] == [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)]


def test_no_peer_is_a_dependency_of_ours():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    ours = json.dumps([project["dependencies"], project["optional-dependencies"]])
    assert [] == [name for name in NAMES if name != OURS and name in ours]


def test_every_client_says_how_it_was_set_up_and_read():
    assert [] == [p.name for p in PEERS if not (p.times and p.reads)]
