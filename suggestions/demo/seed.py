"""Builds the demo city through the real services, at dates of the past year: events, clocks and figures are real."""

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from suggestions import outbox
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, Workdays
from suggestions.demo import extra
from suggestions.demo.life import Life
from suggestions.demo.load import City, Item
from suggestions.models import (
    DispatchRule,
    District,
    Jurisdiction,
    RedirectTarget,
    StaffRole,
    Suggestion,
    Topic,
    Unit,
)
from suggestions.roles import UNIT_ROLES, Role
from suggestions.services import (
    adopting,
    clocks,
    lapses,
)

PASSWORD = "jianyan-demo-2026"
OFFICE_STAFF: tuple[tuple[str, str, str], ...] = (
    ("admin", "系统管理员", Role.SYS_ADMIN),
    ("fenban", "分办员 方文", Role.TRIAGE_OFFICER),
    ("fenban2", "分办员 程理", Role.TRIAGE_OFFICER),
    ("dengji", "登记员 何苗", Role.INTAKE_CLERK),
    ("gongkai1", "公开审核员 沈一", Role.PUBLISHER),
    ("gongkai2", "公开审核员 韩双", Role.PUBLISHER),
    ("duban", "督办员 邵严", Role.SUPERVISOR),
    ("lingdao", "分管领导 纪平", Role.LEADER),
    ("fenxi", "分析员 舒问", Role.ANALYST),
    ("yinsi", "个人信息保护负责人 关宁", Role.PRIVACY_OFFICER),
    ("bianji", "网站编辑 文秀", Role.EDITOR),
    ("daili1", "社区代理员 罗小燕", Role.AGENT_L1),
    ("daili2", "街道代理员 丁航", Role.AGENT_L2),
    ("daili3", "区代理员 苗青", Role.AGENT_L3),
    ("daili4", "市级代理员 崔源", Role.AGENT_L4),
    ("zhuanjia", "论证专家 陆知行", Role.EXPERT),
    ("zhuchi", "听证主持人 范正", Role.HEARING_CHAIR),
    ("jilu", "听证记录人 夏笔", Role.HEARING_CLERK),
    ("pingwei", "评审委员 唐衡", Role.JURY),
    ("anquan", "安全保密管理员 卫平", Role.SEC_ADMIN),
    ("shenji", "安全审计员 常明", Role.AUDIT_ADMIN),
)
UNIT_STAFF = (
    ("lianluo", "联络员", Role.LIAISON),
    ("jingban", "经办人", Role.HANDLER),
    ("fuze", "负责人", Role.UNIT_HEAD),
)
SHOWN_UNIT = "jtj"
WRITER = ("zhuangao", "撰稿人 白露")
"""Drafts pages and sends them to the editor; holds no role at the desk (cms/demo.py puts her into the writers' group)."""


def accounts() -> list[tuple[str, str]]:
    """(user name, what it is for): one account a role."""
    listed = [(name, str(Role(role).label)) for name, _, role in OFFICE_STAFF]
    listed.append((WRITER[0], "撰稿人（写页面草稿，送编辑审核）"))
    return listed + [
        (f"{SHOWN_UNIT}-{name}", f"{label}（市交通运输局）") for name, label, _ in UNIT_STAFF
    ]


class Seeder:
    """One run. `progress` is called once an item."""

    def __init__(self, *, now: datetime, progress: Callable[[], None] = lambda: None) -> None:
        self.now = now
        self.city = City(now.astimezone(SHANGHAI).date())
        self.progress = progress
        self.calendar: Workdays = clocks.workdays()
        self.filed: dict[str, Suggestion] = {}
        self.answered_on: dict[str, datetime] = {}

    def city_facts(self) -> None:
        """Jurisdiction, districts, units, topics, directory, channels and staff."""
        facts = self.city.read("city.toml")
        directory = self.city.read("directory.toml")
        keywords = self.city.read("keywords.toml")
        place = facts["jurisdiction"]
        place.pop("division_code")
        self.jurisdiction = Jurisdiction.add_root(**place)
        root = District.add_root(code="990100", name=place["name"], jurisdiction=self.jurisdiction)
        self.districts = {}
        for row in facts["district"]:
            root.refresh_from_db()
            self.districts[row["code"]] = root.add_child(
                code=row["code"], name=row["name"], jurisdiction=self.jurisdiction
            )
        self.units: dict[str, Unit] = {}
        for row in facts["unit"]:
            row.pop("kind", None)
            self.units[row["code"]] = Unit.add_root(
                jurisdiction=self.jurisdiction,
                hours=place["hours"],
                address=f"{place['name']}市民中心",
                **row,
            )
        self.topics: dict[str, Topic] = {}
        for row in facts["topic"]:
            parent = Topic.add_root(code=row["code"], name=row["name"])
            for code, name in row["children"]:
                parent.refresh_from_db()
                words = " ".join(keywords.get(code, []))
                self.topics[code] = parent.add_child(code=code, name=name, keywords=words)
        DispatchRule.objects.bulk_create(
            DispatchRule(
                jurisdiction=self.jurisdiction, topic=self.topics[code], unit=self.units[unit],
                basis=f"派单目录“{self.topics[code].name}”",
            )
            for code, unit in directory["topics"].items()
            if code in self.topics
        )  # fmt: skip
        self.targets = {
            row["code"]: RedirectTarget.objects.create(jurisdiction=self.jurisdiction, **row)
            for row in directory["target"]
        }
        self._staff()

    def _staff(self) -> None:
        User = get_user_model()
        password = make_password(PASSWORD)
        group, _ = Group.objects.get_or_create(name="工作人员")
        group.permissions.add(
            Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
        )
        editors = Group.objects.filter(name="编辑").first()
        self.users: dict[tuple[str, str], Any] = {}

        def add(username: str, name: str, role: str = "", unit: Unit | None = None) -> None:
            user = User.objects.create(
                username=username, password=password, display_name=name, first_name=name, email=f"{username}@example.cn",
                is_superuser=role == Role.SYS_ADMIN, is_staff=role == Role.SYS_ADMIN,
            )  # fmt: skip
            user.groups.add(group)
            if role == Role.EDITOR and editors:
                user.groups.add(editors)
            self.users[(username, "")] = user
            if not role:
                return
            StaffRole.objects.create(
                user=user, role=role, jurisdiction=self.jurisdiction, unit=unit
            )
            # The first holder of a role acts for it; a second officer is asked for by name.
            self.users.setdefault((str(role), unit.code if unit else ""), user)

        for username, name, role in OFFICE_STAFF:
            add(username, name, role)
        add(*WRITER)
        # The collection office too: it hosts a campaign, and who is not content with its answer gets another from it.
        for unit in self.units.values():
            for suffix, label, role in UNIT_STAFF:
                add(f"{unit.code}-{suffix}", f"{unit.short_name}{label}", role, unit)

    def actor(self, role: str, unit: str = "") -> Actor:
        """A member of staff in a role, of a unit where the role has one."""
        if role in UNIT_ROLES:
            return Actor.staff(self.users[(str(role), unit)], role, self.units[unit])
        return Actor.staff(self.users[(str(role), "")], role)

    def use_campaigns(self, pages: dict[str, Any]) -> None:
        self.campaigns = pages

    def items(self, chosen: Iterable[Item] | None = None) -> int:
        """File every item and lead it to its state; returns how many. One transaction an item."""
        rework = self.city.read("rework.toml")["items"]
        count = 0
        with outbox.bulk():
            for item in self.city.items() if chosen is None else chosen:
                with transaction.atomic():
                    Life(self, item, rework.get(item.key)).live()
                count += 1
                self.progress()
            lapses.run(now=self.now)
            self._adoptions()
        return count

    def extras(self) -> None:
        """What the city shows beyond single items (demo/extra); needs all of them."""
        with outbox.bulk():
            extra.seed_all(self)

    @staticmethod
    def chance(name: str) -> random.Random:
        """Dice that fall the same way every time, one set a name."""
        return random.Random(f"jianyan {name}")

    def _adoptions(self) -> None:
        office = self.actor(Role.TRIAGE_OFFICER)
        for row in self.city.read("adoptions.toml")["adoption"]:
            item, answered = self.filed.get(row["key"]), self.answered_on.get(row["key"])
            if item is None or answered is None or item.lead_unit is None:
                continue
            item.refresh_from_db()
            head = self.actor(Role.UNIT_HEAD, item.lead_unit.code)
            due = (answered + timedelta(days=row["due_days"])).date()
            adoption = adopting.nominate(
                suggestion=item, unit=item.lead_unit, measure=row["measure"], detail=self.city.moved(row["detail"]),
                conversion_type=row["conversion_type"], due_on=due, actor=office, at=self.past(answered, days=2),
            )  # fmt: skip
            self._lead(adoption, row, answered, head)

    def _lead(self, adoption: Any, row: dict[str, Any], answered: datetime, head: Actor) -> None:
        """Decide, carry out and finish, as far as the row says."""
        decided = self.past(answered, days=4)
        adopting.decide(
            adoption=adoption, decision="adopt", basis="局长办公会会议纪要", conversion_type=row["conversion_type"],
            due_on=adoption.due_on, actor=head, at=decided,
        )  # fmt: skip
        if row["status"] == "decided_adopt":
            return
        half = (answered + timedelta(days=row["due_days"] // 2)).date()
        adopting.start(
            adoption=adoption, milestones=[("定下做法和经费", half), ("全部做完", adoption.due_on)], actor=head,
            at=self.past(answered, days=6),
        )  # fmt: skip
        if row["status"] == "implementing":
            return
        at = self.past(answered, days=max(row["done_days"], 9))
        done = at.astimezone(SHANGHAI).date()
        item = adoption.suggestion
        adopting.add_result(
            adoption=adoption, kind="document" if row["conversion_type"] == "rule" else "service", title=row["measure"],
            starts_on=done, before=_first(item.public_problem) or "原来没有这样的安排。", after=_first(adoption.detail),
            actor=head, at=at,
        )  # fmt: skip
        adopting.complete(adoption=adoption, done_on=done, actor=head, at=at)

    def past(self, moment: datetime, *, days: int) -> datetime:
        """`moment` some days later, but never after now."""
        return min(moment + timedelta(days=days), self.now - timedelta(minutes=5))


def _first(text: str) -> str:
    """The first sentence."""
    sentence = text.replace("\n", "").partition("。")[0].strip()
    return f"{sentence[:200]}。" if sentence else ""
