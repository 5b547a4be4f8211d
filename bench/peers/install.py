"""The environment of the peers: a virtual environment and node_modules of their own in build/.

Only wheels, checked by their hashes, and no install scripts: what is measured does not run here
before it is measured. A peer that cannot be installed is left out, with the reason. `make test`
runs `python -m bench.peers.install` for those with which `tests/peers` works.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from bench.peers.catalogue import HERE, HOME, OURS, WORKING, is_node, pinned, requirement

NEWEST: Final = (3, 14)
OLDEST: Final = (3, 11)
PATIENCE_S: Final = 300
SEEN: Final = 200
"""Characters of an installer's complaint that are shown."""


def python() -> Path:
    """Return the interpreter of the environment, installed or not."""
    return HOME / "venv" / "bin" / "python"


def absence(name: str) -> str:
    """Return why a client cannot run here; `""` where it can."""
    if name == OURS:
        return ""
    if is_node(name):
        if shutil.which("node") is None:
            return "not installed: there is no node"
        installed = _has_package(name)
    else:
        installed = any((HOME / "venv").glob(f"lib/*/site-packages/{_folder(name)}"))
    if installed:
        return ""
    reason = _reason_file(name)
    if reason.exists():
        return f"not installed: {reason.read_text('utf-8')}"
    return (
        f"not installed: {'make peers' if name in WORKING else 'python -m bench.peers --install'}"
    )


def install(names: Iterable[str]) -> dict[str, str]:
    """Install every client that can be and is not; return the reasons for the others."""
    reasons = {}
    for name in names:
        if not absence(name):
            continue
        HOME.mkdir(parents=True, exist_ok=True)
        reason = _install_node() if is_node(name) else _install_python(name)
        _reason_file(name).unlink(missing_ok=True)
        if reason:
            _reason_file(name).write_text(reason, "utf-8")
            reasons[name] = reason
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


def _install_python(name: str) -> str:
    """Install the one wheel by its hash, then what it depends on; return why not."""
    _make_venv()
    pins = HOME / "pins.txt"
    pins.write_text(requirement(name), "utf-8")
    pip = [str(python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    wheels = ["--only-binary", ":all:"]
    return run([*pip, *wheels, "--no-deps", "--require-hashes", "-r", str(pins)]) or run(
        [*pip, *wheels, "-c", str(HERE / "constraints.txt"), f"{name}=={pinned(name)}"]
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


def _has_package(name: str) -> bool:
    """Tell whether a package of npm is there, in the version that is pinned."""
    told = HOME / "node_modules" / name / "package.json"
    if not told.exists():
        return False
    return bool(msgspec.json.decode(told.read_bytes())["version"] == pinned(name))


def _folder(name: str) -> str:
    return f"{name.replace('-', '_')}-{pinned(name)}.dist-info"


def _reason_file(name: str) -> Path:
    return HOME / f"{re.sub(r'[^a-z0-9_-]', '', name)}.why"


def main() -> None:
    """Install those with which the tests work, and say why one is missing; never fail."""
    for name, reason in install(WORKING).items():
        print(f"{name}: not installed: {reason}", file=sys.stderr)


if __name__ == "__main__":
    main()
