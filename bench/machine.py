"""What the figures were measured on: enough to compare, nothing that names the machine."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import msgspec

PACKAGES: Final = ("msgspec", "picows", "uvloop", "websockets")
_CPUINFO: Final = Path("/proc/cpuinfo")


class Machine(msgspec.Struct, frozen=True):
    """A machine and what is installed on it."""

    cpu: str
    cores: int
    """Cores that this process may use."""
    system: str
    python: str
    packages: dict[str, str]
    load: float
    """Processes that wanted a core during the minute before; more than a few tenths disturb."""

    def sentence(self) -> str:
        """Return it in one line."""
        packages = ", ".join(f"{name} {number}" for name, number in self.packages.items())
        return (
            f"{self.cpu}, {self.cores} cores, {self.system}, {self.python}, {packages};"
            f" load before the run {self.load:.1f}"
        )


def look() -> Machine:
    """Return the machine that this runs on."""
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1,
        system=f"{platform.system()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages={name: number for name in PACKAGES if (number := _version(name))},
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0,
    )


def _cpu() -> str:
    try:
        told = _CPUINFO.read_text("utf-8")
    except OSError:
        return platform.processor() or "unknown processor"
    names = (line.partition(":")[2].strip() for line in told.splitlines() if "model name" in line)
    return next(names, platform.machine())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
