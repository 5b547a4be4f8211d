"""The tape: every frame as it came, on disk, so that a replay is the run (docs/tape.md)."""

from pr3dict.model.records import Kind
from pr3dict.tape.apply import FOREVER, apply, apply_block
from pr3dict.tape.directory import Footprint
from pr3dict.tape.jsonl import import_jsonl
from pr3dict.tape.payloads import Record, Recovered, Rules, pack_rules, pack_suspect
from pr3dict.tape.player import Pace
from pr3dict.tape.reader import Block, Problem, TapeReader
from pr3dict.tape.report import Report, RunReport
from pr3dict.tape.scribe import TapeSettings
from pr3dict.tape.verify import verify
from pr3dict.tape.writer import TapeState, TapeStats, TapeWriter

__all__ = [
    "FOREVER",
    "Block",
    "Footprint",
    "Kind",
    "Pace",
    "Problem",
    "Record",
    "Recovered",
    "Report",
    "Rules",
    "RunReport",
    "TapeReader",
    "TapeSettings",
    "TapeState",
    "TapeStats",
    "TapeWriter",
    "apply",
    "apply_block",
    "import_jsonl",
    "pack_rules",
    "pack_suspect",
    "verify",
]
