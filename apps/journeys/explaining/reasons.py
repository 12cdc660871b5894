"""What a visit's `detail` means, for people: the words of all kinds of step in one place."""

REASONS = {
    "not_active": "what the step names was not active",
    "withdrawn": "the popup was taken back",
    "outside_hours": "it was outside the site’s allowed hours",
    "opted_out": "the contact had opted out of push",
    "no_device": "the contact had no device with a live subscription",
    "capped": "the contact had been sent as many as the site allows",
    "broken": "a rule of the step could not be asked any more",
    "expired": "no answer was heard in time",
    "not_filled": "its tags could not be filled",
    "too_large": "it was more than may be kept",
    "not_a_number": "the property holds no number that could be counted up",
    "not_a_list": "the property holds something that is no list",
    "too_many_names": "the site has too many different events already",
    "not_published": "the other journey was not published",
    "no_date": "the contact’s property named no date",
    "past": "the moment was past already",
}


def words(detail: str) -> str:
    """Return the detail in plain words; as it is where nobody has written any, empty for none."""
    return REASONS.get(detail, detail)
