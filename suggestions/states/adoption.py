"""What may happen on the way from a suggestion to a measure (process.md 4.8)."""

from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Adoption, Machine, Visibility
from suggestions.states.table import TRIAGE, UNIT, Transition

_M = Machine.ADOPTION

# The rows are read as a table, so they are kept as one.
# fmt: off
ADOPTION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "nominate", ("",), Adoption.CANDIDATE, TRIAGE, _("列为拟论证"), _("列为拟论证"), Visibility.STAFF,
               basis="SH 11, 13"),
    Transition(_M, "study", (Adoption.CANDIDATE,), Adoption.STUDYING, TRIAGE, _("开始论证"), _("开始论证"),
               Visibility.PUBLIC, basis="SH 11"),
    Transition(_M, "study_before_reply", (Adoption.CANDIDATE,), Adoption.STUDYING, TRIAGE, _("先论证再答复"),
               _("开始论证，论证后答复"), Visibility.PUBLIC, starts=("K7b",), stops=("K7a", "K7c", "K7d"), basis="SH 11; K7b"),
    Transition(_M, "recommend", (Adoption.STUDYING,), Adoption.RECOMMENDED, (Role.UNIT_HEAD, *TRIAGE), _("建议采纳"),
               _("论证认为可以采纳"), Visibility.PUBLIC, basis="process.md 4.8"),
    Transition(_M, "not_recommend", (Adoption.STUDYING,), Adoption.NOT_RECOMMENDED, (Role.UNIT_HEAD, *TRIAGE),
               _("不建议采纳"), _("论证认为不宜采纳"), Visibility.PUBLIC, reason_required=True, basis="process.md 4.8"),
    Transition(_M, "decide_adopt", (Adoption.CANDIDATE, Adoption.RECOMMENDED), Adoption.DECIDED_ADOPT, (Role.UNIT_HEAD,),
               _("决定采纳"), _("决定采纳"), Visibility.PUBLIC, basis="XF 29; SH 13"),
    Transition(_M, "decide_partial", (Adoption.CANDIDATE, Adoption.RECOMMENDED), Adoption.DECIDED_PARTIAL, (Role.UNIT_HEAD,),
               _("决定部分采纳"), _("决定部分采纳"), Visibility.PUBLIC, basis="XF 29; SD 49"),
    Transition(_M, "decide_reject", (Adoption.RECOMMENDED, Adoption.NOT_RECOMMENDED), Adoption.DECIDED_REJECT,
               (Role.UNIT_HEAD,), _("决定不采纳"), _("决定不采纳"), Visibility.PUBLIC, reason_required=True, basis="XF 29"),
    Transition(_M, "implement", (Adoption.DECIDED_ADOPT, Adoption.DECIDED_PARTIAL), Adoption.IMPLEMENTING,
               (Role.UNIT_HEAD, *UNIT), _("开始落实"), _("开始落实"), Visibility.PUBLIC, starts=("K19",), basis="SH 13"),
    Transition(_M, "report_progress", (Adoption.IMPLEMENTING,), Adoption.IMPLEMENTING, (Role.UNIT_HEAD, *UNIT),
               _("报告进展"), _("{unit}报告了落实进展"), Visibility.PUBLIC, starts=("K19",), stops=("K19",), basis="K19"),
    Transition(_M, "complete", (Adoption.IMPLEMENTING,), Adoption.IMPLEMENTED, (Role.UNIT_HEAD, *UNIT), _("已落实"),
               _("已落实"), Visibility.PUBLIC, stops=("K19",), basis="SH 13"),
    Transition(_M, "abandon",
               (Adoption.STUDYING, Adoption.RECOMMENDED, Adoption.DECIDED_ADOPT, Adoption.DECIDED_PARTIAL, Adoption.IMPLEMENTING),
               Adoption.ABANDONED, (Role.UNIT_HEAD,), _("不再推进"), _("不再推进"), Visibility.PUBLIC, stops=("K19",),
               reason_required=True, basis="process.md 4.8"),
)
# fmt: on
