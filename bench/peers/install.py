"""The environment of the peers: a virtual environment and node_modules of their own in build/.

Only wheels, checked by their hashes, and no install scripts: what is measured does not run here
before it is measured. A peer that cannot be installed is left out, with the reason.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.peers.catalogue import HERE, HOME, PEERS, Peer, pinned, requirement

NEWEST: Final = (3, 14)
OLDEST: Final = (3, 11)
PATIENCE_S: Final = 300
SEEN: Final = 200
"""Characters of an installer's complaint that are shown."""


def python() -> Path:
    """Return the interpreter of the environment, installed or not."""
    return HOME / "venv" / "bin" / "python"


def absence(peer: Peer) -> str:
    """Return why a client cannot be measured here; `""` where it can."""
    if peer.kind == "ours":
        return ""
    if peer.kind == "node":
        installed = (HOME / "node_modules" / peer.name / "package.json").exists()
        if shutil.which("node") is None:
            return "not installed: there is no node"
    else:
        installed = any((HOME / "venv").glob(f"lib/*/site-packages/{_folder(peer)}"))
    if installed:
        return ""
    reason = _reason_file(peer)
    why = reason.read_text("utf-8") if reason.exists() else "python -m bench.peers --install"
    return f"not installed: {why}"


def install() -> dict[str, str]:
    """Install every peer that can be; return the reasons for the others."""
    HOME.mkdir(parents=True, exist_ok=True)
    _make_venv()
    reasons = {}
    for peer in PEERS:
        if peer.kind == "ours":
            continue
        reason = _install_node() if peer.kind == "node" else _install_python(peer)
        _reason_file(peer).unlink(missing_ok=True)
        if reason:
            _reason_file(peer).write_text(reason, "utf-8")
            reasons[peer.name] = reason
    return reasons


def _make_venv() -> None:
    if not python().exists():
        newest = next(_interpreters(), sys.executable)
        subprocess.run([newest, "-m", "venv", str(HOME / "venv")], check=True, timeout=PATIENCE_S)  # noqa: S603 - an interpreter of this machine


def _interpreters() -> Iterator[str]:
    """Yield the interpreters of this machine, the newest first; some peers want a new one."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        name = f"python3.{minor}"
        yield from map(str, sorted(pyenv.glob(f"3.{minor}.*/bin/python"), reverse=True))
        found = shutil.which(name)
        if found is not None and "shims" not in found:
            yield found


def _install_python(peer: Peer) -> str:
    """Install the one wheel by its hash, then what it depends on; return why not."""
    pins = HOME / "pins.txt"
    pins.write_text(requirement(peer.name), "utf-8")
    pip = [str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    wheels = ["--only-binary", ":all:"]
    return run([*pip, *wheels, "--no-deps", "--require-hashes", "-r", str(pins)]) or run(
        [*pip, *wheels, "-c", str(HERE / "constraints.txt"), f"{peer.name}=={pinned(peer)}"]
    )


def _install_node() -> str:
    if shutil.which("npm") is None:
        return "there is no npm"
    shutil.copy(HERE / "package.json", HOME / "package.json")
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    return run(["npm", "install", *quiet, "--prefix", str(HOME)])


def run(command: list[str]) -> str:
    """Run an installer; return the last line of its complaint, `""` where it did well."""
    try:
        done = subprocess.run(  # noqa: S603 - commands made above
            command, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        return f"{command[0]} took more than {PATIENCE_S} s"
    if not done.returncode:
        return ""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    # No address of a registry is passed on.
    return re.sub(r"https?://\S+", "…", lines[-1] if lines else "no reason given")[:SEEN]


def _folder(peer: Peer) -> str:
    return f"{peer.name.replace('-', '_')}-{pinned(peer)}.dist-info"


def _reason_file(peer: Peer) -> Path:
    return HOME / f"{re.sub(r'[^a-z-]', '', peer.name)}.why"
