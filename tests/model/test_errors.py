"""Errors are one tree, and say what to do."""

import inspect

from pr3dict.model import errors


def test_every_error_is_caught_by_the_base():
    found = [each for _, each in inspect.getmembers(errors, inspect.isclass)]
    assert all(issubclass(each, errors.Pr3dictError) for each in found)


def test_the_tree_in_the_docstring_names_every_error():
    assert errors.__doc__ is not None
    for name, _ in inspect.getmembers(errors, inspect.isclass):
        assert name in errors.__doc__


def test_a_missing_extra_names_the_command_that_installs_it():
    sentence = str(errors.MissingExtra("httpx2", "rest"))
    assert sentence == "httpx2 is not installed: pip install 'pr3dict[rest]'"
