"""What the page editor tells besides the fields: dates that are owed, how far a report covers, what to look at before publishing."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import HelpPanel, Panel

from cms import checklist, reports
from cms.checklist_kinds import Point
from cms.phases import Phase
from suggestions.services import campaign_reports


class ReportDuePanel(HelpPanel):
    """Tells the editor by when the result is owed, for the campaign at hand."""

    class BoundPanel(HelpPanel.BoundPanel):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            words = _("征集结束后要公布结果，可以集体反馈。不填期限，就要在截止后{days}天内公布。")
            said = str(words).format(days=reports.days())
            due = self.instance.report_due
            if due is not None:
                state = "已经逾期" if self.instance.report_is_late(timezone.now()) else "最晚"
                if self.instance.phase_at(timezone.now()) != Phase.REPORTED:
                    said += f"这次征集{state}：{due.year}年{due.month}月{due.day}日。"
            self.content = format_html("<p>{}</p>{}", said, self._covered())

        def _covered(self) -> SafeString:
            """How many items the report answers, with the way to where they are grouped."""
            if not self.instance.pk or self.instance.phase_at(timezone.now()) == Phase.PLANNED:
                return mark_safe("")
            held = campaign_reports.coverage(self.instance.pk)
            if not held.total:
                # A full bar over nothing would look as if all were done.
                return format_html("<p>{}</p>", _("还没有收到要答复的建议。"))
            words = _("应答复{all}件，单独答复{own}件，分组答复{grouped}件，")
            said = str(words).format(all=held.total, own=held.own, grouped=held.grouped)
            left = (
                _("还有{n}件没有答复，件件有答复才能公布结果。")
                if held.lacking
                else _("件件有答复。")
            )
            return format_html(
                '<p><progress max="100" value="{}"></progress></p><p>{}<strong>{}</strong> <a href="{}">{}</a></p>',
                held.percent, said, str(left).format(n=held.lacking),
                reverse("desk:campaign_report", args=[self.instance.pk]), _("去分组答复"),
            )  # fmt: skip


class ChecklistPanel(Panel):
    """What to look at before publishing, for the page as it was last stored (cms/checklist.py)."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/admin/checklist.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            new = self.instance.pk is None
            points = [] if new else checklist.points(self.instance)
            return {**context, "new": new, "points": sorted(points, key=_most_pressing)}


def _most_pressing(point: Point) -> int:
    """What must be changed stands first, what is done last; else the order of the page."""
    return (False, None, True).index(point.ok)
