"""Text from elsewhere."""

from __future__ import annotations

import pytest

from money.text import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Two\nlines\r\nand\ttabs", "Two lines and tabs"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("Bell\x07 and NUL\x00", "Bell and NUL"),
        ("\ufeffÆther – Ünïcode 日本", "Æther – Ünïcode 日本"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        (" \n ", ""),
    ],
)
def test_text_becomes_one_line_that_can_be_read(text: str, shown: str) -> None:
    assert one_line(text) == shown
