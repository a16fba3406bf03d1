"""What python3-junitparser finds in a JUnit file, as JSON: {tests, failures, errors, skipped, cases: [{suite, name, outcome, message}]}."""

import json
import sys

from junitparser import Error, Failure, JUnitXml, Skipped

OUTCOMES = {Failure: "failed", Error: "errored", Skipped: "skipped"}


def read(case, suite):
    ends = [one for one in case.result if type(one) in OUTCOMES]
    if len(ends) > 1:
        raise SystemExit(f"{case.name} has {len(ends)} outcomes")
    end = ends[0] if ends else None
    return {
        "suite": suite.name,
        "name": case.name,
        "outcome": OUTCOMES[type(end)] if end is not None else "passed",
        "message": end.message if end is not None else None,
    }


xml = JUnitXml.fromfile(sys.argv[1])
given = {name: getattr(xml, name) for name in ("tests", "failures", "errors")}
cases = [read(case, suite) for suite in xml for case in suite]
xml.update_statistics()  # counts anew
counted = {name: getattr(xml, name) for name in given}
if given != counted:
    raise SystemExit(f"the file says {given}, it has {counted}")
json.dump({**counted, "skipped": xml.skipped, "cases": cases}, sys.stdout)
