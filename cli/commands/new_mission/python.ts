/** A mission in Python. @module */
import type { Scaffold } from "./new_file.ts";

/** Python 3 with its standard library only. */
export const PYTHON: Scaffold = {
  mission: (name) =>
    `#!/usr/bin/env python3
"""${name}: writes a greeting.

Input {"name": "Ada"}. Output file greeting. By hand: ${name}.py --input='{"name": "Ada"}'
"""

import json
import os
import sys
from pathlib import Path

UNDER_DUGDALE = bool(os.environ.get("LETTS_MISSION_ID"))
# By hand reports go to stderr, and output files below the current folder.
CONTROL = os.fdopen(3, "w", encoding="utf-8") if UNDER_DUGDALE else sys.stderr
OUT = Path(os.environ["LETTS_WORKDIR"] if UNDER_DUGDALE else ".") / "out"


class Failure(Exception):
    """A failure that the mission can name."""

    def __init__(self, reason, message, **details):
        super().__init__(message)
        self.reason = reason
        self.details = details


def say(event, **fields):
    """Reports with one JSON object on one line."""
    print(json.dumps({"event": event, **fields}), file=CONTROL, flush=True)


def read_input():
    if UNDER_DUGDALE:
        return json.load(sys.stdin) or {}
    given = [argument for argument in sys.argv[1:] if argument.startswith("--input=")]
    return json.loads(given[0].partition("=")[2]) if given else {}


def run(given):
    name = given.get("name", "world")
    if not isinstance(name, str):
        raise Failure("invalid_input", "name must be a string", name=name)
    say("progress", value=0.5, message="greeting")
    greeting = f"Hello, {name}!"
    OUT.mkdir(exist_ok=True)
    (OUT / "greeting").write_text(greeting + "\\n", encoding="utf-8")
    say("output_file", key="greeting")
    return {"greeting": greeting}


def main():
    try:
        result = run(read_input())
    except Failure as failure:
        say("fail", message=str(failure), reason=failure.reason, details=failure.details)
        return 1
    # Any other error leaves its trace on stderr, which the dugdale keeps.
    say("success", **{"return": result})
    return 0


if __name__ == "__main__":
    sys.exit(main())
`,
  test: (name) =>
    `"""Runs ${name}.py by hand and looks at what it says and leaves."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

MISSION = Path(__file__).resolve().parent.parent / "${name}.py"


def run(folder, given):
    command = [sys.executable, MISSION, "--input=" + json.dumps(given)]
    ended = subprocess.run(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    return ended.returncode, [json.loads(line) for line in ended.stderr.splitlines()]


class MissionTest(unittest.TestCase):
    def test_greets_by_name(self):
        with tempfile.TemporaryDirectory() as folder:
            code, said = run(folder, {"name": "Ada"})
            self.assertEqual(code, 0)
            self.assertEqual(said[-1], {"event": "success", "return": {"greeting": "Hello, Ada!"}})
            self.assertEqual((Path(folder) / "out" / "greeting").read_text(), "Hello, Ada!\\n")

    def test_refuses_a_name_that_is_no_text(self):
        with tempfile.TemporaryDirectory() as folder:
            code, said = run(folder, {"name": 7})
            self.assertEqual((code, said[-1]["reason"]), (1, "invalid_input"))


if __name__ == "__main__":
    unittest.main()
`,
  runTest: (path) => `python3 ${path}`,
};
