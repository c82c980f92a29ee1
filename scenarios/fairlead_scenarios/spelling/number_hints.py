"""What a number or date that cannot be read was probably meant to be. Nothing is guessed."""

from __future__ import annotations

import datetime
import re

EXCEL_EPOCH = datetime.date(1899, 12, 30)
EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119
NOTHING = {"null", "n/a", "na", "none", "nan", "-", "--", "?", "0000-00-00"}
GROUP = "[ '\u00a0\u202f\u2019]"


def number_hint(value: object) -> str:
    """What to write for a number in another spelling; "" where none is recognised."""
    text = str(value).strip()
    if hint := _no_value(text):
        return hint
    if re.fullmatch(r"-?[\d.,]+ ?%", text):
        share = float(text.rstrip("% ").replace(",", ".")) / 100
        return f"as a share, {share:g}"
    if re.fullmatch(r"-?\d{1,3}[,.]\d{3}", text):
        digits = re.sub("[,.]", "", text)
        point = text.replace(",", ".")
        return f"{digits}, or with a point for decimals {point}; no thousands separators"
    if re.fullmatch(rf"-?\d{{1,3}}(?:[.]|{GROUP})?(?:\d{{3}}(?:[.]|{GROUP})?)*\d*,\d+", text):
        whole, _, decimals = text.rpartition(",")
        return f"with a point for decimals, {re.sub(r'[^-0-9]', '', whole)}.{decimals}"
    if re.fullmatch(rf"-?\d{{1,3}}(?:(?:[,.]|{GROUP})\d{{3}})+(?:[.]\d+)?", text):
        return f"without thousands separators, {re.sub(rf'[,]|{GROUP}', '', text)}"
    return ""


def date_hint(value: object) -> str:
    """What to write for a date in another spelling; "" where none is recognised."""
    text = str(value).strip()
    if hint := _no_value(text):
        return hint
    if text.isdigit() and int(text) in EXCEL_DAYS:
        return f"as a number of Excel it is {EXCEL_EPOCH + datetime.timedelta(int(text))}"
    stamp = re.fullmatch(r"(\d{4}-\d{2}-\d{2})[ T][\d:.]+Z?", text)
    if stamp:
        return f"without the time, {stamp[1]}"
    day_first = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    if day_first:
        day, month, year = map(int, day_first.groups())
        return f"{year}-{month:02}-{day:02}"
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{2,4}", text):
        return "year-month-day, for 3/4/26 may be March or April"
    return ""


def _no_value(text: str) -> str:
    if text.startswith("#"):
        return "an error of the spreadsheet; mend its formula"
    if text.lower() in NOTHING:
        return "nothing at all where there is no value"
    return ""
