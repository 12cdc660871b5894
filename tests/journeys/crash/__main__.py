import argparse
import os
import subprocess
import sys

import django

from tests.journeys.crash import ending
from tests.journeys.crash.place import database


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.journeys.crash", description=__doc__)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--batch", type=int, default=1_000, help="how many are moved at a time")
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else int.from_bytes(os.urandom(3))
    print(f"seed {seed}", flush=True)
    ending.listen()
    with database() as place:
        os.environ["DATABASE_URL"] = place.address
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
        from tests.journeys.crash.running import run

        problems = run(place, people=given.people, kills=given.kills, batch=given.batch, seed=seed)
    for problem in problems:
        print(problem)
    print("Something is wrong." if problems else "Nothing lost, nothing doubled, nobody stuck.")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
