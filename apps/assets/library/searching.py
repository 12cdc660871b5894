"""Finding assets by what they say."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.text import smart_split, unescape_string_literal

from apps.assets.models import Asset, Button, Popup, Push, Variation

MAX_WORDS = 10
KINDS: tuple[type[Asset], ...] = (Push, Popup)
VARIED = sorted({name for kind in KINDS for name in kind.TEXTS if name in kind.VARIED})


def matching(term: str) -> Q:
    """Return the condition on assets that hold every word of the term (or “words in quotes”) in
    their name, texts, buttons or variations. It joins nothing, so no asset is found twice."""
    found = Q()
    for word in list(smart_split(term))[:MAX_WORDS]:
        if len(word) > 1 and word[0] in "\"'" and word[0] == word[-1]:
            word = unescape_string_literal(word)
        found &= _holding(word)
    return found


def _holding(word: str) -> Q:
    found = Q(name__icontains=word)
    for kind in KINDS:
        rows = kind.objects.non_polymorphic().order_by()
        found |= Q(pk__in=rows.filter(_any(kind.TEXTS, word)).values("pk"))
    buttons = Button.objects.order_by().filter(label__icontains=word)
    own = _any([f"content__{name}" for name in VARIED], word)
    variations = Variation.objects.order_by().filter(Q(name__icontains=word) | own)
    return found | Q(pk__in=buttons.values("asset")) | Q(pk__in=variations.values("asset"))


def _any(names: Iterable[str], word: str) -> Q:
    found = Q()
    for name in names:
        found |= Q(**{f"{name}__icontains": word})
    return found
