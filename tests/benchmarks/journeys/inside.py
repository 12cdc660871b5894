"""Measures one part in the connected database, which is empty; writes a JSON object a line."""

import json
import os
import sys

import django


def main(part: str) -> None:
    django.setup()
    from django.conf import settings
    from django_q.models import Schedule

    # As in tests: the throttle and the client believe that they are asked by a host of ours.
    settings.ALLOWED_HOSTS.append("testserver")
    # Only what is measured runs here; a cluster would move everybody by itself.
    Schedule.objects.all().delete()
    from tests.benchmarks.journeys import advance, answer, small

    for result in {"advance": advance, "answer": answer, "small": small}[part].measure():
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(sys.argv[1])
