"""A journey as one document, and from one.

`{"name": …, "terms": {field: value}, "steps": [step, …], "names": {…}}`. A step is `{"key", "kind",
"name", "fields": {field: value}, "leads": {outcome: key of a step}}`, one that sends a push has
`"alternatives": [{"push": id, "share": weight}]` too. Steps stand in their order: the journey
begins with the first. Dates and times are texts as in ISO 8601, moments in UTC.

Other rows are named by their ids; `names` says by kind (`assets`, `segments`, `journeys`) and id
what they were called, for people: nothing reads it back.
"""

from apps.journeys.documents.parsing import MAX_STEPS, check
from apps.journeys.documents.reading import MODELS, Document, content, fields_of, read
from apps.journeys.documents.values import MAX_ROWS
from apps.journeys.documents.writing import write

__all__ = [
    "MAX_ROWS",
    "MAX_STEPS",
    "MODELS",
    "Document",
    "check",
    "content",
    "fields_of",
    "read",
    "write",
]
