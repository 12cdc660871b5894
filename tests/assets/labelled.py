"""The page of a label tag, as a browser sends it."""

import json


def page_of(label, page="change"):
    return f"/admin/assets/labeltag/{label.pk}/{page}/"


def a_form(label, *values, **changes):
    """The form of the label tag with the values given as (row, text, rule, position)."""
    initial = sum(1 for row, *_ in values if row)
    sent = {
        "name": label.name,
        "value": label.value,
        "values-TOTAL_FORMS": str(len(values)),
        "values-INITIAL_FORMS": str(initial),
        **changes,
    }
    for number, (row, text, rule, position) in enumerate(values):
        if row:
            sent[f"values-{number}-id"] = str(row.pk)
            sent[f"values-{number}-label"] = str(label.pk)
        sent[f"values-{number}-value"] = text
        sent[f"values-{number}-rule"] = json.dumps(rule) if rule else ""
        sent[f"values-{number}-position"] = str(position)
    return sent
