"""Run the measures whose names begin with ONLY and write them to `var/bench.json`."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks import assets, entry, imports, journeys, onboarding, segments

# Name of the group, and what measures it: a function that yields results.
GROUPS = {
    "onboarding": onboarding.measure,
    "imports": imports.measure,
    "segments": segments.measure,
    "assets": assets.measure,
    "assets.audience": assets.measure_audience,
    "journeys": journeys.measure,
    "journeys.entry": entry.measure,
}
FILE = Path("var/bench.json")


def main() -> int:
    only = os.environ.get("ONLY", "")
    groups = [name for name in GROUPS if name.startswith(only)]
    # One measure of a group: of those that its name begins with, the nearest.
    groups = groups or sorted(filter(only.startswith, GROUPS), key=len)[-1:]
    if not groups:
        print(f"Nothing to measure begins with “{only}”; there are: {', '.join(GROUPS)}")
        return 1
    results = []
    for name in groups:
        for result in GROUPS[name]():
            if result["name"].startswith(only):
                results.append(result)
                print(_told(result), flush=True)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(results, indent=2) + "\n")
    return 0


def _told(result: dict[str, Any]) -> str:
    said = f"{result['name']}: {result['value']} {result['unit']}"
    if "ratio" in result:
        said += f", {result['ratio']} times that of “{result['versus']}”"
    return said


if __name__ == "__main__":
    sys.exit(main())
