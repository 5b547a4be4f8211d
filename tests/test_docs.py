"""Docs that cannot drift: what exists is written down, and what is written down exists."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import msgspec
import pytest

from pr3dict.config import Config, from_environment, variable_of

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SETTINGS: Final = [field.name for field in msgspec.structs.fields(Config)]
OTHERS: Final = ["PR3DICT_TOKENS", "PR3DICT_DEBUG"]
"""Variables of the command line that are no settings of `Config`."""
FENCE: Final = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
VARIABLE: Final = re.compile(r"\bPR3DICT_[A-Z0-9_]*[A-Z0-9]\b")
FIGURE: Final = re.compile(
    r"\d[\d.,]* ?(?:ns|µs|ms|[kM]?B/s|KB|MiB|M)\b|\d[\d.,]* (?:M )?(?:frames|messages)/s"
)
MEASURED: Final = ("make bench", "pr3dict bench", "python -m bench")
"""Commands that print what they measure."""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def everything_written() -> str:
    """Return README and docs as one text; what CHANGELOG says once does not count as told."""
    return "\n".join(p.read_text("utf-8") for p in PAGES if p.name != "CHANGELOG.md")


def says(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def anchors(page: Path) -> set[str]:
    """Return the names of a page's headings, as a reader's browser makes them."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    prose = FENCE.sub("", page.read_text("utf-8"))
    for link in LINK.findall(prose):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def blocks(page: Path, language: str) -> list[str]:
    return [code for word, code in FENCE.findall(page.read_text("utf-8")) if word == language]


def commands() -> list[str]:
    """Return every verb of the command line, those of groups as `group verb`."""
    main = importlib.import_module("pr3dict.cli.main")
    typer_main = importlib.import_module("typer.main")
    return sorted(verbs(typer_main.get_command(main.app)))


def verbs(group) -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from (f"{name} {verb}" for verb in verbs(command))
        elif not command.hidden:
            yield name


def public_names() -> list[str]:
    modules = (importlib.import_module(name) for name in ("pr3dict", "pr3dict.client"))
    return sorted({name for module in modules for name in getattr(module, "__all__", ())})


def unmeasured(text: str) -> list[str]:
    """Return the figures of a text in whose section no measuring command is named."""
    sections = re.split(r"^(?=#)", text, flags=re.MULTILINE)
    loose = (part for part in sections if not any(command in part for command in MEASURED))
    return [figure for part in loose for figure in FIGURE.findall(part)]


def test_every_verb_of_the_command_line_is_documented():
    text = everything_written()
    assert [] == [verb for verb in commands() if not says(f"pr3dict {verb}", text)]


def test_every_public_name_is_documented():
    text = everything_written()
    assert [] == [name for name in public_names() if not says(name, text)]


def test_every_public_name_exists_and_has_a_docstring():
    package = importlib.import_module("pr3dict")
    things = {name: getattr(package, name) for name in package.__all__}
    assert [] == [name for name, thing in things.items() if not thing.__doc__]


def test_every_setting_stands_in_the_table_with_its_default():
    table = (ROOT / "docs" / "settings.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(PR3DICT_\w+)` \| `([^`]*)` \|", table, re.MULTILINE))
    assert [variable_of(name) for name in SETTINGS] == list(rows)
    assert Config() == from_environment(rows, dotenv_path=None)


def test_every_setting_stands_in_the_example_with_its_default(tmp_path):
    example = (ROOT / ".env.example").read_text("utf-8")
    assigned = re.findall(r"^# (PR3DICT_\w+=.*)$", example, re.MULTILINE)
    variables = [line.split("=")[0] for line in assigned]
    assert [*map(variable_of, SETTINGS), *OTHERS] == variables

    uncommented = tmp_path / ".env"
    uncommented.write_text("\n".join(assigned), "utf-8")
    assert Config() == from_environment({}, dotenv_path=str(uncommented))


def test_every_variable_of_the_program_is_documented_and_no_other():
    sources = [*ROOT.glob("src/**/*.py"), *ROOT.glob("bench/**/*.py"), ROOT / "Makefile"]
    named = {v for path in sources for v in VARIABLE.findall(path.read_text("utf-8"))}
    named -= {"PR3DICT_X"}  # any setting
    assert named | {variable_of(name) for name in SETTINGS} == set(
        VARIABLE.findall(everything_written())
    )


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page):
    assert [] == list(broken_links(page))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_python_blocks_compile(page):
    for code in blocks(page, "python"):
        compile(code, named(page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_python_blocks_import_what_exists(page):
    for code in blocks(page, "python"):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pr3dict"):
                module = importlib.import_module(node.module or "")
                assert [] == [a.name for a in node.names if not hasattr(module, a.name)]


def test_figures_of_the_readme_name_the_command_that_measures_them():
    assert [] == unmeasured((ROOT / "README.md").read_text("utf-8"))


def test_a_loose_figure_is_found():
    assert ["0.5 µs"] == unmeasured("# Fast\nOne frame costs 0.5 µs.\n")
    assert [] == unmeasured("# Fast\n`make bench` says 0.5 µs.\n")


def test_a_broken_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A b\n[good](#a-b) [bad](#c) [gone](gone.md) [far](https://example.org)\n")
    assert ["#c", "gone.md"] == list(broken_links(page))
