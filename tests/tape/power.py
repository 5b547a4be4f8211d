"""A disk that loses power: of what was not synced anything may be gone, torn or misplaced.

What a process sees lies in a real directory; beside it stands what a power failure could not take.
After the failure each 512 bytes of an unsynced tail are there, or of an earlier moment, or empty,
or noise; each unsynced name of a file is there or not. What was synced is there. The model is worse
than most disks: a synced file is lost with its name, as POSIX allows.
"""

import errno
from pathlib import Path
from random import Random
from typing import Final

from pr3dict.tape.files import DISK

SECTOR: Final = 512


class PowerLost(OSError):
    """What every call finds once the power is gone."""

    def __init__(self) -> None:
        super().__init__(errno.EIO, "the power is gone")


class Content:
    """What was appended to a file."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)
        self.synced = len(data)
        self.ends = [len(data)]
        """The size after each append."""

    def left(self, chance: Random) -> bytes:
        """Return what a power failure leaves of it: a torn tail, or all of it but for one hole."""
        whole = len(self.data)
        size = chance.choice((whole, chance.randint(self.synced, whole)))
        left = bytearray(self.data[:size])
        sectors = range(self.synced // SECTOR * SECTOR, size, SECTOR)
        hole = chance.choice(sectors) if sectors and size == whole else None
        for start in sectors if hole is None else (hole,):
            begin, end = max(start, self.synced), min(start + SECTOR, size)
            kind = chance.choice(("written", "earlier", "empty", "noise"))
            if kind == "noise":
                left[begin:end] = chance.randbytes(end - begin)
            elif kind != "written":
                ends = [begin, *(one for one in self.ends if begin < one < end)]
                kept = chance.choice(ends) if kind == "earlier" else begin
                left[kept:end] = bytes(end - kept)
        return bytes(left)


Names = dict[Path, Content | None]
"""What a name stands for; None: a directory."""


class SimDisk:
    """`Files` in a real directory, and what of it is safe."""

    def __init__(self, root: Path, dies_after: int | None = None) -> None:
        """Take what is in `root` as safe; lose power with the call of that number."""
        self.calls: list[str] = []
        """What was called, oldest first."""
        self.dead = False
        self._root = root
        self._dies_after = dies_after
        self._seen: Names = {
            path: Content(path.read_bytes()) if path.is_file() else None
            for path in (root, *sorted(root.rglob("*")))
        }
        self._safe: Names = dict(self._seen)
        self._unsafe: dict[Path, list[tuple[Path | None, Path | None, Content | None]]] = {}
        """What happened in each directory since it was synced: (old name, new name, what)."""
        self._handles: dict[int, Content] = {}

    def create(self, path: Path) -> int:
        self._begin()
        handle = DISK.create(path)
        self._handles[handle] = self._seen[path] = Content()
        self._named(None, path, self._seen[path])
        self._end(f"create {path.name}")
        return handle

    def append(self, handle: int, data: bytes) -> int:
        self._begin()
        taken = DISK.append(handle, data)
        content = self._handles[handle]
        content.data += data[:taken]
        content.ends.append(len(content.data))
        self._end("append")
        return taken

    def sync(self, handle: int) -> None:
        self._begin()
        content = self._handles[handle]
        content.synced = len(content.data)
        self._end("sync")

    def close(self, handle: int) -> None:
        del self._handles[handle]
        DISK.close(handle)

    def rename(self, path: Path, name: Path) -> None:
        self._begin()
        DISK.rename(path, name)
        self._seen[name] = self._seen.pop(path)
        self._named(path, name, self._seen[name])
        self._end(f"rename {name.name}")

    def remove(self, path: Path) -> None:
        self._begin()
        DISK.remove(path)
        if path in self._seen:
            self._named(path, None, self._seen.pop(path))
        self._end(f"remove {path.name}")

    def make_directory(self, path: Path) -> None:
        self._begin()
        if path not in self._seen:
            DISK.make_directory(path)
            self._seen[path] = None
            self._named(None, path, None)
        self._end(f"make {path.name}")

    def sync_directory(self, path: Path) -> None:
        self._begin()
        for old, new, what in self._unsafe.pop(path, ()):
            _rename(self._safe, old, new, what)
        self._end(f"sync directory {path.name}")

    def fail(self, directory: Path, chance: Random, names_kept: float = 0.5) -> None:
        """Lose power, and write what is left into another directory.

        `names_kept`: the part of what happened to names unsynced that is not lost.
        """
        self.dead = True
        for handle in list(self._handles):
            self.close(handle)
        names = dict(self._safe)
        for happened in self._unsafe.values():
            for old, new, what in happened:
                if chance.random() < names_kept:
                    _rename(names, old, new, what)
        for path in sorted(names):
            target, what = directory / path.relative_to(self._root), names[path]
            if path != self._root and not target.parent.is_dir():
                continue  # the directory it was in is lost
            if what is None:
                target.mkdir(exist_ok=True)
            else:
                target.write_bytes(what.left(chance))

    def _named(self, old: Path | None, new: Path | None, what: Content | None) -> None:
        some = new or old
        assert some is not None
        self._unsafe.setdefault(some.parent, []).append((old, new, what))

    def _begin(self) -> None:
        if self.dead:
            raise PowerLost

    def _end(self, call: str) -> None:
        self.calls.append(call)
        if len(self.calls) == self._dies_after:
            self.dead = True
            raise PowerLost


def _rename(names: Names, old: Path | None, new: Path | None, what: Content | None) -> None:
    """Change names as a call did; what a lost call before it has not made cannot be renamed."""
    if old is not None:
        if old not in names:
            return
        del names[old]
    if new is not None:
        names[new] = what
