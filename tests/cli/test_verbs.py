"""The table of verbs: what the program can be asked to do."""

import importlib

import typer.main

from pr3dict.cli import main, verbs


def commands() -> set[str]:
    return set(typer.main.get_command(verbs.app).commands)  # type: ignore[attr-defined]


def test_each_verb_has_a_module_of_its_name():
    modules = [importlib.import_module(f"pr3dict.cli.{name}") for name in sorted(commands())]
    assert all(callable(module.run) for module in modules)


def test_verbs_that_end_by_ctrl_c_exist():
    assert commands() >= main.QUIT_BY_CTRL_C


def test_whoever_looks_for_the_verbs_in_main_finds_them():
    assert verbs.app is main.app
