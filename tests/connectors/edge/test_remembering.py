"""What is remembered of texts: short ones, and never without bound."""

from __future__ import annotations

from connectors.edge.remembering import remember_short


def test_short_texts_are_worked_out_once_and_long_ones_each_time() -> None:
    asked: list[tuple[str, str]] = []

    @remember_short
    def joined(first: str, second: str) -> str:
        asked.append((first, second))
        return first + second

    long = "x" * 1000
    assert [joined("a", "b"), joined("a", "b"), joined("b", "a")] == ["ab", "ab", "ba"]
    assert joined(long, "b") == joined(long, "b") == f"{long}b"

    assert asked == [("a", "b"), ("b", "a"), (long, "b"), (long, "b")]
