"""A capture as others publish it, one frame a line, read as if it were a tape.

Such a file has no times of arrival: each frame is given the latest venue time seen so far, and
one link. What cannot be read is passed on as it is; the books will count it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from pr3dict.model.errors import TapeError
from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_MS
from pr3dict.tape.payloads import Record
from pr3dict.tape.words import in_words

LINK: Final = 1

_MILLISECONDS: Final = re.compile(r"[0-9]{1,13}")
"""Times up to the year 2286; a longer number would not fit into a record as nanoseconds."""
_form: Final = msgspec.json.Decoder(dict[str, msgspec.Raw] | list[dict[str, msgspec.Raw]])
"""What any frame is, whatever it tells."""
_frames: Final = msgspec.json.Decoder(list[msgspec.Raw])


class _Timed(msgspec.Struct):
    timestamp: str = ""


_one: Final = msgspec.json.Decoder(_Timed | list[_Timed])


def refuse_foreign(path: Path) -> None:
    """Raise `TapeError` when nothing in a file has the form of a frame."""
    try:
        if any(map(_is_frame, _frames_in(path))):
            return
        empty = not path.stat().st_size
    except OSError as failure:
        raise TapeError(f"wanted to read {path}: {in_words(failure, path)}") from failure
    found = "it is empty" if empty else "no line of it is a JSON object or an array of them"
    raise TapeError(f"{path} is no tape: {found}")


def import_jsonl(path: str | Path) -> Iterator[Record]:
    """Give the frames of a capture as records: an OPENED, then INs; both clocks are venue time.

    A line is a frame (an object, or an array of them); a file that is one array over several
    lines holds a frame in each element. Raises `TapeError` when the file cannot be read.
    """
    wall_ns = 0
    opened = False
    for frame in _frames_in(Path(path)):
        wall_ns = max(wall_ns, _venue_ns(frame))
        if not opened:
            opened = True
            yield Record(Kind.OPENED, LINK, wall_ns, wall_ns, Path(path).name.encode())
        yield Record(Kind.IN, LINK, wall_ns, wall_ns, frame)


def _frames_in(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            start = file.readline().strip()
            if start == b"[":
                file.seek(0)
                for element in _frames.decode(file.read()):
                    yield bytes(element)
                return
            file.seek(0)
            for line in file:
                if line.strip():
                    yield line.strip()
    except OSError as failure:
        raise TapeError(f"wanted to read {path}: {in_words(failure, path)}") from failure
    except msgspec.MsgspecError as fault:
        raise TapeError(f"wanted frames in {path}, found that {fault}") from fault


def _is_frame(frame: bytes) -> bool:
    try:
        _form.decode(frame)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _venue_ns(frame: bytes) -> int:
    """Return the latest timestamp in a frame in nanoseconds; 0 where it tells none."""
    try:
        said = _one.decode(frame)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 0
    texts = [one.timestamp for one in (said if isinstance(said, list) else [said])]
    times = (int(text) for text in texts if _MILLISECONDS.fullmatch(text))
    return max(times, default=0) * NS_PER_MS
