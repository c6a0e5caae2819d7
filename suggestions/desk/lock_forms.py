"""The form by which an item is taken out of a colleague's hands."""

from django import forms
from django.utils.translation import gettext_lazy


class TakeOverForm(forms.Form):
    """Why somebody takes an item out of a colleague's hands."""

    reason = forms.CharField(
        label=gettext_lazy("接手的理由"),
        min_length=4,
        max_length=200,
        help_text=gettext_lazy("例如：他今天请假，这件今天到期。理由会留在经过里，他会收到通知。"),
        error_messages={
            "required": gettext_lazy("请写明为什么要接手，同事会看到。"),
            "min_length": gettext_lazy("接手的理由请至少写4个字。"),
        },
    )
