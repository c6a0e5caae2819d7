"""How long each class of records is kept: rows with versions, shipped defaults on first use (process.md 9.4)."""

from dataclasses import dataclass
from datetime import datetime

from suggestions.codes import RecordClass, RetentionAct
from suggestions.errors import Invalid
from suggestions.models import RetentionRule


@dataclass(frozen=True, slots=True)
class Default:
    """A shipped term: days after the moment the class counts from."""

    record_class: RecordClass
    days: int
    act: RetentionAct
    basis: str


# The rows are read as a table, so they are kept as one.
# fmt: off
DEFAULTS: tuple[Default, ...] = (
    Default(RecordClass.CASE, 3650, RetentionAct.ERASE, "档案法实施条例；办结满10年（本站默认，须报档案主管部门同意）"),
    Default(RecordClass.DRAFT, 90, RetentionAct.DELETE, "个人信息保护法第十九条；本站默认"),
    Default(RecordClass.REDIRECTED, 90, RetentionAct.ERASE, "个人信息保护法第四十七条；目的已经实现，本站默认"),
    Default(RecordClass.IDENTITY_FILE, 30, RetentionAct.ERASE, "个人信息保护法第十九条；用完30天，本站默认"),
    Default(RecordClass.UNUSED_FILE, 30, RetentionAct.DELETE, "个人信息保护法第十九条；本站默认"),
    Default(RecordClass.OUTBOX, 30, RetentionAct.DELETE, "个人信息保护法第十九条；本站默认"),
    Default(RecordClass.NOTICE, 365, RetentionAct.DELETE, "个人信息保护法第十九条；本站默认"),
    Default(RecordClass.IDENTITY_LOG, 1095, RetentionAct.DELETE, "审计记录3年；本站默认"),
    Default(RecordClass.AUTHORITY_LOG, 1095, RetentionAct.DELETE, "审计记录3年；网络安全法要求网络日志不少于6个月"),
    Default(RecordClass.TAKEDOWN_WORDS, 90, RetentionAct.ERASE, "个人信息保护法第十九条；决定后90天，本站默认"),
)
# fmt: on
LEAST_DAYS: dict[str, int] = {RecordClass.IDENTITY_LOG: 183, RecordClass.AUTHORITY_LOG: 183}
"""Logs are kept at least six months (CSL 2016 art 21(3); 2025 art 23(3))."""
MOST_DAYS = 36_500


def current(record_class: str) -> RetentionRule:
    """The newest version of a class's rule."""
    found = RetentionRule.objects.filter(record_class=record_class).order_by("-version").first()
    if found is not None:
        return found
    default = next(d for d in DEFAULTS if d.record_class == record_class)
    made, _new = RetentionRule.objects.get_or_create(
        record_class=record_class,
        version=1,
        defaults={"days": default.days, "act": default.act, "basis": default.basis},
    )
    return made


def days(record_class: RecordClass) -> int:
    """For how many days a class is kept today: every sentence that tells people a term asks here. One query."""
    return current(record_class).days


def problems(record_class: str, days: int, approved_by: str) -> dict[str, list[str]]:
    """Sentences by field for a term that cannot be; empty when it can."""
    if record_class not in RecordClass.values:
        return {"record_class": ["没有这一类记录。"]}
    found = {}
    least = LEAST_DAYS.get(record_class, 1)
    if days < least:
        found["days"] = [f"这一类依法至少保存{least}天。"]
    elif days > MOST_DAYS:
        found["days"] = [f"最多填{MOST_DAYS}天。"]
    if not approved_by.strip():
        found["approved_by"] = ["请写明由哪个部门批准，例如档案主管部门和文号。"]
    elif len(approved_by.strip()) > 120:
        found["approved_by"] = ["最多120个字。"]
    return found


def change(
    *, record_class: str, days: int, basis: str, approved_by: str, at: datetime
) -> RetentionRule:
    """A new version of a class's term. Raises Invalid below a legal minimum or without the approval of the archive office."""
    errors = problems(record_class, days, approved_by)
    if errors:
        raise Invalid(errors)
    held = current(record_class)
    return RetentionRule.objects.create(
        record_class=record_class, version=held.version + 1, days=days, act=held.act, basis=basis,
        approved_by=approved_by, changed_at=at,
    )  # fmt: skip
