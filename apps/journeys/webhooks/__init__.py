"""Calling a site's own systems: a webhook step writes rows, a worker makes requests of them.

Every request is signed after the Standard Webhooks specification, so a site needs a signing
secret before a journey with a webhook step is published: a receiver that cannot tell our calls
from a stranger's would have to believe everybody. A call is made at least once: whoever must not
do a thing twice keeps the `webhook-id`, which is the same on every try.
"""

CALL = "apps.journeys.tasks.call_webhooks"
