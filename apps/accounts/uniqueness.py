"""What there may be only once: said at the field of a form, whoever was first.

The database has the last word (`UniqueConstraint`); a form asks before, so that it is said in
words. Two forms sent at the same instant both ask in time: `backoffice.ModelAdmin` sends the
slower one through its form again.
"""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, UniqueConstraint
from django.forms import ModelForm


def told_at_fields(form: type[ModelForm]) -> type[ModelForm]:
    """Return the form, which says next to the field what breaks a constraint of its model, also
    where a part of the constraint, such as the site of a stored row, is not in the form."""
    return type(form.__name__, (_TellsWhatIsTaken, form), {})


class _TellsWhatIsTaken:
    """Before any form of the house, whose methods it must not hide: it has none of its own."""

    def _post_clean(self) -> None:
        super()._post_clean()
        _forget_what_stands_at_no_field(self)
        for model, constraints in self.instance.get_constraints():
            for constraint in constraints:
                if isinstance(constraint, UniqueConstraint):
                    _validate(self, model, constraint)


def _forget_what_stands_at_no_field(form: ModelForm) -> None:
    told = form.errors.get(NON_FIELD_ERRORS)
    if told is not None:
        told.data = [each for each in told.data if each.code != "unique_together"]
        if not told.data:
            del form.errors[NON_FIELD_ERRORS]


def _validate(form: ModelForm, model: type[Model], constraint: UniqueConstraint) -> None:
    names = constraint.fields
    shown = [name for name in names if name in form.fields]
    if shown and not set(names) & form.errors.keys():
        try:
            constraint.validate(model, form.instance)
        except ValidationError:
            form.add_error(shown[-1], _taken(model, names))


def _taken(model: type[Model], names: tuple[str, ...]) -> str:
    """Say: Another label of this site has this name. Or: This site has this origin already."""
    *owners, last = (str(model._meta.get_field(name).verbose_name) for name in names)
    kind, owner = str(model._meta.verbose_name), " and ".join(owners)
    if kind == last:
        return f"This {owner} has this {kind} already."
    return f"Another {kind} of this {owner} has this {last}."
