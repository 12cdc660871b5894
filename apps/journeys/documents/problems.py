"""What keeps a journey from being stored or published, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong at a step, or with the journey itself where `step_key` is empty.

    `field` names the field that it is about, where there is one; `place` says it for people who
    do not see the message beside it. What `is_warning` is said and stops nothing.
    """

    step_key: str = ""
    message: str
    field: str = ""
    place: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class Refused(ValidationError):
    """Nothing was done; `problems` say why, place by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__([str(problem) for problem in self.problems])
