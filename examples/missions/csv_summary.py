#!/usr/bin/env python3
"""Describes the columns of a CSV file: kind, gaps, smallest, largest, mean, most frequent values.

Input file `table`, UTF-8, with a head line. Input {"top": 3, "delimiter": ";"}: how many frequent values, and the
delimiter, which is otherwise guessed. Output file `summary`: the result as readable text.
By hand: examples/missions/csv_summary.py --input='{"table": "sales.csv"}' leaves out/summary.
"""

import csv
import io
import json
import math
import os
import sys
import time
from collections import Counter
from pathlib import Path

# A column of serial numbers must not fill the memory.
DISTINCT_MAX = 10_000
REPORT_EVERY_S = 0.1


class Failure(Exception):
    """A failure that the mission can name."""

    def __init__(self, reason, message, **details):
        super().__init__(message)
        self.reason = reason
        self.details = details


class Mission:
    """Says on descriptor 3 how the mission goes, or on stderr when it is run by hand."""

    def __init__(self):
        self.under_dugdale = bool(os.environ.get("LETTS_MISSION_ID"))
        self.control = os.fdopen(3, "w", encoding="utf-8") if self.under_dugdale else sys.stderr
        self.workdir = Path(os.environ["LETTS_WORKDIR"]) if self.under_dugdale else Path.cwd()
        self.said = -math.inf

    def say(self, event, **fields):
        print(json.dumps({"event": event, **fields}, ensure_ascii=False), file=self.control, flush=True)

    def progress(self, value, message):
        if time.monotonic() - self.said >= REPORT_EVERY_S:
            self.said = time.monotonic()
            self.say("progress", value=round(value, 4), message=message)

    def input(self):
        text = sys.stdin.read() if self.under_dugdale else text_of_arguments()
        try:
            value = json.loads(text or "{}")
        except ValueError as error:
            raise Failure("invalid_input", f"input is not JSON: {error}") from None
        if value is not None and not isinstance(value, dict):
            raise Failure("invalid_input", f"input must be an object, not {text[:64]}")
        return value or {}

    def file(self, role, given):
        path = os.environ.get(f"LETTS_IN_{role}") if self.under_dugdale else given.get(role)
        if not isinstance(path, str):
            raise Failure("invalid_input", f'input file "{role}" is missing')
        return Path(path)

    def output(self, key):
        self.say("output_file", key=key)
        folder = self.workdir / "out"
        folder.mkdir(exist_ok=True)
        return folder / key


def text_of_arguments():
    for argument in sys.argv[1:]:
        if argument in ("--input=-", "--input-file=-"):
            return sys.stdin.read()
        if argument.startswith("--input="):
            return argument.removeprefix("--input=")
        if argument.startswith("--input-file="):
            return Path(argument.removeprefix("--input-file=")).read_text(encoding="utf-8")
    return "{}"


class Column:
    """What is known about one column."""

    def __init__(self, name):
        self.name = name
        self.values = 0
        self.missing = 0
        self.numbers = 0
        self.whole = True
        self.mean = 0.0
        self.squares = 0.0
        self.low = math.inf
        self.high = -math.inf
        self.first = None
        self.last = None
        self.frequent = Counter()
        self.distinct_full = False

    def add(self, text):
        if text == "":
            self.missing += 1
            return
        self.values += 1
        self.first = text if self.first is None else min(self.first, text)
        self.last = text if self.last is None else max(self.last, text)
        if text in self.frequent or len(self.frequent) < DISTINCT_MAX:
            self.frequent[text] += 1
        else:
            self.distinct_full = True
        self.add_number(text)

    def add_number(self, text):
        try:
            number = float(text)
        except ValueError:
            return
        if not math.isfinite(number):
            return
        self.numbers += 1
        self.whole = self.whole and number.is_integer()
        self.low, self.high = min(self.low, number), max(self.high, number)
        # Welford's way: the sum of squares of large numbers would lose the small differences.
        change = number - self.mean
        self.mean += change / self.numbers
        self.squares += change * (number - self.mean)

    def summary(self, top):
        about = {"name": self.name, "values": self.values, "missing": self.missing}
        about["distinct"] = None if self.distinct_full else len(self.frequent)
        if self.values == 0:
            return {**about, "kind": "empty"}
        about["frequent"] = [{"value": value, "count": count} for value, count in self.frequent.most_common(top)]
        if self.numbers < self.values:
            return {**about, "kind": "text", "first": self.first, "last": self.last}
        deviation = math.sqrt(self.squares / (self.numbers - 1)) if self.numbers > 1 else 0.0
        kind = "integer" if self.whole else "number"
        return {**about, "kind": kind, "min": self.low, "max": self.high, "mean": self.mean, "deviation": deviation}


def read_table(mission, path, delimiter):
    try:
        size = path.stat().st_size
        file = path.open("rb")
    except OSError as error:
        raise Failure("invalid_input", f"table cannot be read: {error}") from error
    with file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        delimiter = delimiter or guess_delimiter(text.readline())
        text.seek(0)
        rows = csv.reader(text, delimiter=delimiter)
        columns = [Column(name) for name in next(rows, [])]
        if not columns:
            raise Failure("invalid_input", "the table has no head line")
        count = 0
        for row in rows:
            if not row:
                continue
            count += 1
            if len(row) > len(columns):
                raise Failure("ragged_row", f"line {rows.line_num} has more fields than the head", line=rows.line_num)
            for column, value in zip(columns, row + [""] * (len(columns) - len(row))):
                column.add(value.strip())
            mission.progress(file.tell() / size, f"{count} rows")
    return count, columns


def guess_delimiter(head):
    return max(",;\t|", key=head.count)


def render(result):
    lines = [f"{result['rows']} rows, {len(result['columns'])} columns", ""]
    for column in result["columns"]:
        lines.append(f"{column['name']}  ({column['kind']}, {column['missing']} missing)")
        for key in ("min", "max", "mean", "deviation", "first", "last"):
            if key in column:
                value = column[key]
                lines.append(f"  {key:<10} {value:.6g}" if isinstance(value, float) else f"  {key:<10} {value}")
        for entry in column.get("frequent", []):
            lines.append(f"  {entry['count']:>10} × {entry['value']}")
        lines.append("")
    return "\n".join(lines)


def run(mission):
    given = mission.input()
    top = given.get("top", 3)
    if not isinstance(top, int) or isinstance(top, bool) or not 0 <= top <= 100:
        raise Failure("invalid_input", f"top must be an integer from 0 to 100, not {json.dumps(top)}")
    delimiter = given.get("delimiter")
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        raise Failure("invalid_input", f"delimiter must be one character, not {json.dumps(delimiter)}")
    try:
        rows, columns = read_table(mission, mission.file("table", given), delimiter)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Failure("invalid_input", f"the table is not CSV in UTF-8: {error}") from error
    result = {"rows": rows, "columns": [column.summary(top) for column in columns]}
    mission.output("summary").write_text(render(result), encoding="utf-8")
    return result


def main():
    mission = Mission()
    try:
        result = run(mission)
    except Failure as failure:
        mission.say("fail", message=str(failure), reason=failure.reason, details=failure.details, exit_code=1)
        return 1
    # `return` is a word of Python's own, so it cannot be a named argument.
    mission.say("success", **{"return": result})
    return 0


if __name__ == "__main__":
    sys.exit(main())
