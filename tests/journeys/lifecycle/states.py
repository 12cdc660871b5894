from apps.journeys.models import Journey


def state(journey):
    row = Journey.objects.get(pk=journey.pk)
    return row.status, row.is_held
