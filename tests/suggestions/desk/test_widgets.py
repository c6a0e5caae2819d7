"""The desk's list of choices is Django's own, drawn faster."""

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions.desk.widgets import Select

CHOICES = [
    ("", _("不限")),
    ("a&b", "<b>甲</b>"),
    (3, "　乙"),
    ("组", [("x", "丙"), ("y", 'd"e')]),
]


def test_the_list_of_choices_is_the_same_to_the_letter_as_djangos() -> None:
    attrs = {"id": "filter-topic", "data-x": '"<', "required": True, "hidden": False}
    for value in ("", "a&b", 3, "y", None):
        plain = forms.Select(choices=CHOICES).render("topic", value, attrs=attrs)
        assert Select(choices=CHOICES).render("topic", value, attrs=attrs) == plain
