"""Where a peer is absent, the reason is told, without the address of a registry."""

import shutil
import sys

import pytest
from bench.peers import install
from bench.peers.catalogue import PEERS, WORKING, is_node, pinned

OURS, POLYPULSE = PEERS[0], PEERS[1]
PYTHON = [name for name in WORKING if not is_node(name)]
NODE = next(peer for peer in PEERS if peer.kind == "node")


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch, tmp_path):
    monkeypatch.setattr(install, "HOME", tmp_path)


def test_ours_is_always_there():
    assert "" == install.absence(OURS.name)


def test_a_peer_that_nobody_installed_names_the_command():
    assert "not installed: python -m bench.peers --install" == install.absence(POLYPULSE.name)


def test_a_peer_that_could_not_be_installed_tells_why(tmp_path):
    (tmp_path / "polypulse.why").write_text("no such version")
    assert "not installed: no such version" == install.absence(POLYPULSE.name)


def test_a_peer_of_another_version_is_not_there(tmp_path):
    site = tmp_path / "venv" / "lib" / "python3.13" / "site-packages"
    (site / "polypulse-0.0.9.dist-info").mkdir(parents=True)
    assert install.absence(POLYPULSE.name)
    (site / "polypulse-0.1.0.dist-info").mkdir()
    assert "" == install.absence(POLYPULSE.name)


def test_without_node_there_is_no_node_package(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "not installed: there is no node" == install.absence(NODE.name)


@pytest.mark.skipif(shutil.which("node") is None, reason="NO NODE: its packages are not looked for")
def test_a_node_package_of_another_version_is_not_there(tmp_path):
    told = tmp_path / "node_modules" / NODE.name / "package.json"
    told.parent.mkdir(parents=True)
    told.write_text('{"version":"0.0.9"}')
    assert install.absence(NODE.name)
    told.write_text(f'{{"version":"{pinned(NODE.name)}"}}')
    assert "" == install.absence(NODE.name)


def test_what_is_installed_is_not_installed_again(monkeypatch):
    monkeypatch.setattr(install, "absence", lambda _: "")
    monkeypatch.setattr(install, "run", lambda _: pytest.fail("ran an installer"))
    assert {} == install.install([POLYPULSE.name, NODE.name])


def test_a_client_that_cannot_be_installed_stops_nobody(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(install, "_make_venv", lambda: None)
    monkeypatch.setattr(install, "run", lambda _: "no network")
    install.main()
    told = capsys.readouterr().err.splitlines()
    assert [*WORKING] == [line.split(":")[0] for line in told]
    assert all("not installed: no" in install.absence(name) for name in PYTHON)


def test_the_complaint_of_an_installer_is_its_last_line_without_addresses():
    said = (
        "import sys; print('one', file=sys.stderr); sys.exit('no https://user:x@host/simple of it')"
    )

    assert "no … of it" == install.run([sys.executable, "-c", said])
    assert "" == install.run([sys.executable, "-c", ""])
