"""Taste as a test: sizes, twins, headers, and nothing that hides from a reader."""

import ast
import fnmatch
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src" / "pr3dict"
TESTS: Final = ROOT / "tests"

MODULE_LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 60
LINE_CHARACTERS_MAX: Final = 300

UNTWINNED: Final = {
    "core/reference/*": "the specification as a whole: tests/core runs every test on both engines",
    "core/native.py": "names the native engine, which tests/core runs",
}
"""Source modules with code and without a test module of their own, each with its reason."""


def files(*patterns: str) -> list[Path]:
    """Return the project's own files of these patterns, sorted; caches and builds are not ours."""
    found = (path for pattern in patterns for path in ROOT.glob(pattern))
    ours = (path for path in found if not {"target", "__pycache__"} & set(path.parts))
    return sorted(path for path in ours if path.is_file())


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


PYTHON: Final = files("src/**/*.py", "tests/**/*.py", "bench/**/*.py", "examples/*.py")
MODULES: Final = files("src/**/*.py")
RUST: Final = files("rust/*/**/*.rs")
PROSE: Final = files(
    "*.md", "docs/**/*.md", "Makefile", "pyproject.toml", ".ci/*", "rust/**/*.toml"
)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a module with its lines, those of its docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1 - docstring_lines(node)


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if ast.get_docstring(node) is None:
        return 0
    assert node.body[0].end_lineno is not None
    return node.body[0].end_lineno - node.body[0].lineno + 1


def untwinned(modules: list[Path]) -> list[str]:
    """Return the source modules with code and without a test module at the same place."""
    return [
        str(path.relative_to(SOURCE))
        for path in modules
        if path.name != "__main__.py" and not twin(path).exists() and not declares_only(path)
    ]


def twin(path: Path) -> Path:
    """Return where the test module of a module stands; `core/__init__.py` has `test_core.py`."""
    stem = path.parent.name if path.name == "__init__.py" else path.stem
    return TESTS / path.relative_to(SOURCE).parent / f"test_{stem}.py"


def declares_only(path: Path) -> bool:
    """Tell whether a module has no code: values, types and signatures, which mypy tests."""
    return not any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_signature(node)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


def is_signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function has no body but a docstring or an ellipsis."""
    return all(isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) for s in node.body)


def strange_characters(text: str) -> set[str]:
    """Return what may deceive: invisible characters, letters and digits of other scripts."""
    return {f"U+{ord(c):04X} {unicodedata.name(c, '?')}" for c in text if is_strange(c)}


def is_strange(character: str) -> bool:
    if character.isascii():
        return character not in "\n\t" and not character.isprintable()
    if character in "\ufe0f\N{MICRO SIGN}":
        return False
    name, category = unicodedata.name(character, "?"), unicodedata.category(character)
    if category[0] in "LN":
        return not name.startswith(
            ("LATIN ", "CJK UNIFIED ", "SUPERSCRIPT ", "SUBSCRIPT ", "VULGAR FRACTION ")
        )
    return category[0] in "CZM" or name.startswith("FULLWIDTH ")


UNTESTED: Final = untwinned(MODULES)


@pytest.mark.parametrize("path", [*PYTHON, *RUST], ids=named)
def test_a_module_has_at_most_400_lines(path):
    lines = path.read_text("utf-8").count("\n")
    assert lines <= MODULE_LINES_MAX


@pytest.mark.parametrize("path", PYTHON, ids=named)
def test_a_function_has_at_most_60_lines(path):
    assert [] == [(name, n) for name, n in functions(path) if n > FUNCTION_LINES_MAX]


@pytest.mark.parametrize("path", PYTHON, ids=named)
def test_a_module_opens_with_its_idea(path):
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("path", RUST, ids=named)
def test_a_rust_module_opens_with_its_idea(path):
    assert path.read_text("utf-8").startswith("//! ")


def test_each_module_has_a_test_module_or_an_argued_exception():
    excepted = {name for pattern in UNTWINNED for name in fnmatch.filter(UNTESTED, pattern)}
    assert [] == sorted(set(UNTESTED) - excepted)


def test_no_exception_has_outlived_its_module():
    assert [] == [pattern for pattern in UNTWINNED if not fnmatch.filter(UNTESTED, pattern)]


@pytest.mark.parametrize(
    "path", [path for path in MODULES if (SOURCE / "cli") not in path.parents], ids=named
)
def test_only_the_command_line_prints(path):
    calls = (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call))
    assert [] == [
        call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]


@pytest.mark.parametrize("path", [*PYTHON, *RUST], ids=named)
def test_nothing_hides_far_to_the_right(path):
    lines = path.read_text("utf-8").splitlines()
    assert [] == [n for n, line in enumerate(lines, 1) if len(line) > LINE_CHARACTERS_MAX]


@pytest.mark.parametrize("path", [*PYTHON, *RUST, *PROSE], ids=named)
def test_no_character_deceives_the_reader(path):
    assert set() == strange_characters(path.read_text("utf-8"))


@pytest.mark.parametrize("path", [*PYTHON, *RUST, *PROSE], ids=named)
def test_no_promise_is_left_in_a_comment(path):
    promised = re.compile(r"\b(?:TO" + "DO|FIX" + r"ME|XX" + r"X)\b")
    assert [] == promised.findall(path.read_text("utf-8"))


def test_a_strange_character_is_found():
    cyrillic, zero_width, override = "\u0430", "\u200b", "\u202e"
    assert 3 == len(strange_characters(f"price {cyrillic}{zero_width}{override} ≤ 1 µs"))


def test_a_module_without_code_needs_no_test(tmp_path):
    plain, busy = tmp_path / "plain.py", tmp_path / "busy.py"
    plain.write_text('class P(Protocol):\n    def f(self) -> int:\n        """Return."""\nA = 1\n')
    busy.write_text("def f():\n    return 1\n")
    assert declares_only(plain)
    assert not declares_only(busy)


def test_a_long_function_is_measured_without_its_docstring(tmp_path):
    path = tmp_path / "long.py"
    path.write_text('def f():\n    """A.\n\n    B.\n    """\n' + "    x = 1\n" * 61)
    assert [("f", 62)] == list(functions(path))
