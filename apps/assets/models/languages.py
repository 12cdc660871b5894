from django.core.validators import RegexValidator
from django.db import models


class Direction(models.TextChoices):
    AUTO = "auto", "As the text says"
    LTR = "ltr", "Left to right"
    RTL = "rtl", "Right to left"


check_language = RegexValidator(
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", "Write a language code such as en or pt-BR."
)
