"""What may happen to the public page of a case (process.md 4.9, 9.2)."""

from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Publication, Visibility
from suggestions.states.table import SYSTEM, Transition

_M = Machine.PUBLICATION

# The rows are read as a table, so they are kept as one.
# fmt: off
PUBLICATION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "queue_publication", (Publication.PRIVATE, Publication.REMOVED), Publication.QUEUED, (SYSTEM,), _("进入公开队列"),
               _("进入公开队列"), Visibility.STAFF, notify=("staff.to_publish",), basis="process.md 4.9"),
    Transition(_M, "redact", (Publication.QUEUED, Publication.SECOND_CHECK, Publication.REDACTING), Publication.REDACTING,
               (Role.PUBLISHER, SYSTEM), _("脱敏"), _("脱敏"), Visibility.STAFF, basis="process.md 9.2"),
    Transition(_M, "submit_redaction", (Publication.REDACTING,), Publication.SECOND_CHECK, (Role.PUBLISHER, SYSTEM),
               _("提交复核"), _("脱敏完成，提交复核"), Visibility.STAFF, basis="process.md 9.2"),
    Transition(_M, "publish", (Publication.SECOND_CHECK,), Publication.PUBLISHED, (Role.PUBLISHER, SYSTEM),
               _("复核通过并公开"), _("公开了这件建议"), Visibility.PUBLIC, stops=("K12",), basis="process.md 4.9; WEB"),
    Transition(_M, "publish_update", (Publication.PUBLISHED, Publication.UPDATED), Publication.UPDATED,
               (Role.PUBLISHER, SYSTEM), _("公开更新"), _("公开了答复"), Visibility.PUBLIC, stops=("K12",),
               basis="process.md 4.9"),
    Transition(_M, "suspend", (Publication.PUBLISHED, Publication.UPDATED), Publication.SUSPENDED,
               (Role.PUBLISHER, Role.SUPERVISOR, SYSTEM), _("暂停公开"), _("暂停公开"), Visibility.AUTHOR, reason_required=True,
               basis="process.md 9.2 (suspension first)"),
    Transition(_M, "resume_publication", (Publication.SUSPENDED,), Publication.UPDATED, (Role.PUBLISHER, SYSTEM), _("恢复公开"),
               _("恢复公开"), Visibility.AUTHOR, reason_required=True, basis="process.md 9.2"),
    Transition(_M, "remove",
               (Publication.QUEUED, Publication.REDACTING, Publication.SECOND_CHECK, Publication.PUBLISHED, Publication.UPDATED, Publication.SUSPENDED),
               Publication.REMOVED, (Role.PUBLISHER, SYSTEM), _("不公开"), _("不公开：{reason_text}"), Visibility.AUTHOR,
               stops=("K12",), reason_required=True, basis="process.md 4.9, 9.4; OGI 14, 15"),
)
# fmt: on
