"""The plain form: what is not of it is an error, and what was written is never written over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.replay.form import Record, read_record, write_record
from tests.replay.suite import record_files

FILE = record_files()["two-levels-within-the-month"]


def test_every_digit_survives_writing_and_reading(tmp_path: Path):
    for name, file in record_files().items():
        record = read_record(file)

        write_record(record, tmp_path / f"{name}.json")

        assert read_record(tmp_path / f"{name}.json") == record, name


def test_record_is_never_written_over(tmp_path: Path):
    record = read_record(FILE)
    write_record(record, tmp_path / "kept.json")

    with pytest.raises(FileExistsError):
        write_record(record, tmp_path / "kept.json")


@pytest.mark.parametrize("word", ["kind", "period", "current", "fingerprint"])
def test_words_of_the_product_are_refused(word: str):
    told = json.loads(FILE.read_text(encoding="utf-8"))
    told["posted"][0][word] = "recurring"

    with pytest.raises(ValidationError, match=word):
        Record.model_validate(told)


def test_invoice_rows_are_as_the_source_wrote_them():
    invoice = read_record(FILE).source.invoices[1]

    row = invoice.raw_rows()[3]

    assert (row["Quantity"], row["BillableRatio"], row["SubTotalRrp"], row["ChargeStartDate"]) == (
        "17", "0.645161", "65.81", "2026-10-12T00:00:00.0000000+00:00",
    )  # fmt: skip
