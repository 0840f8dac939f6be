"""Every message is translated into Kazakh and Russian; every documented example runs."""

from __future__ import annotations

import doctest
import importlib
import warnings

import pytest

from core.catalogues import ROOMS, TRANSLATED, faults
from tests.house.walk import modules

WITH_EXAMPLES = [module.name for module in modules() if ">>> " in module.path.read_text()]


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("room", ROOMS)
def test_no_translation_is_missing_or_stale(room: str, language: str):
    assert list(faults(room, language)) == []


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_the_docstrings_run(name: str):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
