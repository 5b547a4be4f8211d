"""The picture for the docs: from the running program, with ids that stay."""

import re
from html import unescape

import pytest

from pr3dict.monitor import picture


@pytest.fixture
async def painted(monkeypatch) -> str:
    monkeypatch.setattr(picture, "READINGS", 2)
    return await picture.paint((120, 36))


async def test_the_picture_shows_proved_books_and_no_id_that_changes(painted):
    words = unescape(re.sub(r"<[^>]+>", " ", painted)).replace("\xa0", " ")
    for wanted in ("PR3DICT", "simulated venue", "LIVE", "proved", "latency", "notices"):
        assert wanted in words, wanted
    assert not re.search(r"terminal-\d", painted)
    assert "pr3dict demo" in words
    assert "link 1 open, epoch 1" in words
    assert re.search(r"failed\s+0\b", words)
    assert "url(http" not in painted.replace('"', "")


def test_ids_are_settled_and_fonts_not_fetched():
    svg = '<style>@font-face {\n src: url("https://cdn")}\n.terminal-12-r1 {}</style>'
    assert "<style>.terminal-r1 {}</style>" == picture.settled(svg)
