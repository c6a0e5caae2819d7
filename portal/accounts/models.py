"""The user of the back office."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A member of staff. Roles are rows of their own (suggestions.StaffRole), bounded by unit and jurisdiction."""

    display_name = models.CharField(_("姓名"), max_length=60, blank=True)
    post = models.CharField(_("职务"), max_length=60, blank=True)
    notify_by_email = models.BooleanField(_("邮件通知"), default=True)

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name or super().get_full_name() or self.username
