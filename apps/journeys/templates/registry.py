from apps.journeys.templates.asking import ONBOARDING, RE_ASK
from apps.journeys.templates.sending import BASKET, BROADCAST, SERIES, WIN_BACK
from apps.journeys.templates.shapes import Template

# In the order in which they are offered.
TEMPLATES = (ONBOARDING, BROADCAST, SERIES, WIN_BACK, BASKET, RE_ASK)


def find(slug: str) -> Template | None:
    return next((template for template in TEMPLATES if template.slug == slug), None)
