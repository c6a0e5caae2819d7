"""Builds the demo city through the real services, at dates of the past year: events, clocks and figures are real."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from suggestions import outbox, rules
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, Workdays
from suggestions.codes import ONLINE_CHANNELS
from suggestions.demo import extra
from suggestions.demo.load import City, Item
from suggestions.errors import DomainError
from suggestions.insight import redaction
from suggestions.models import (
    DispatchRule,
    District,
    Jurisdiction,
    PublicationReview,
    RedirectTarget,
    StaffRole,
    Suggestion,
    Topic,
    Unit,
)
from suggestions.roles import UNIT_ROLES, Role
from suggestions.services import (
    adopting,
    assignment,
    clocks,
    deciding,
    delivering,
    evaluating,
    intake,
    lapses,
    publishing,
    rectifying,
    replying,
    triage,
    withdrawing,
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


def accounts() -> list[tuple[str, str]]:
    """(user name, what it is for): one account a role."""
    listed = [(name, str(Role(role).label)) for name, _, role in OFFICE_STAFF]
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

        def add(username: str, name: str, role: str, unit: Unit | None) -> None:
            user = User.objects.create(
                username=username, password=password, display_name=name, email=f"{username}@example.cn",
                is_superuser=role == Role.SYS_ADMIN, is_staff=role == Role.SYS_ADMIN,
            )  # fmt: skip
            user.groups.add(group)
            if role == Role.EDITOR and editors:
                user.groups.add(editors)
            StaffRole.objects.create(
                user=user, role=role, jurisdiction=self.jurisdiction, unit=unit
            )
            # The first holder of a role acts for it; a second officer is asked for by name.
            self.users.setdefault((str(role), unit.code if unit else ""), user)
            self.users[(username, "")] = user

        for username, name, role in OFFICE_STAFF:
            add(username, name, role, None)
        for unit in self.units.values():
            if unit.is_collection_office:
                continue
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


def _why_not(reply: str) -> str:
    """The sentence of a reply that says why not."""
    sentences = [s.strip() for s in reply.replace("\n", "").split("。") if s.strip()]
    telling = (
        s
        for word in ("因为", "不能", "没有采纳", "不采纳", "不予采纳", "不宜")
        for s in sentences
        if word in s
    )
    return f"{next(telling, sentences[-1])[:400]}。"


class Life:
    """One item's way through the services."""

    def __init__(self, seeder: Seeder, item: Item, rework: dict[str, Any] | None) -> None:
        self.s, self.item, self.rework = seeder, item, rework
        self.dice = random.Random(item.key)
        self.clock = datetime.combine(
            seeder.city.base - timedelta(days=item.days_ago), time(0), tzinfo=SHANGHAI
        )

    # Time moves forward only, and never past now.
    def at(self, moment: datetime) -> datetime:
        self.clock = min(
            max(moment, self.clock + timedelta(minutes=3)), self.s.now - timedelta(minutes=1)
        )
        return self.clock

    def office_hour(self, day: date) -> datetime:
        return datetime.combine(
            day, time(9 + self.dice.randrange(8), self.dice.randrange(60)), tzinfo=SHANGHAI
        )

    def workday(self, start: datetime, count: int) -> date:
        """The `count`-th working day after a moment (0: that day or the next working one)."""
        day = start.astimezone(SHANGHAI).date()
        while count > 0 or not self.s.calendar.is_working(day):
            day += timedelta(days=1)
            count -= self.s.calendar.is_working(day)
        return day

    def live(self) -> None:
        item = self.item
        self.suggestion = self._file()
        self.s.filed[item.key] = self.suggestion
        if item.state == "registered":
            return
        if item.supplement:
            self._supplement()
            if item.state == "supplement_requested":
                return
        if item.state in ("redirected", "not_accepted", "merged", "withdrawn"):
            self._end()
            return
        self._accept()
        if item.state == "accepted":
            return
        self._dispatch()
        if item.state == "dispatched":
            return
        self._handle()
        if item.state == "handling":
            return
        self._reply()
        if item.state == "reply_review":
            return
        self._answer()

    def _file(self) -> Suggestion:
        item = self.item
        arrived = self.at(
            self.clock
            + timedelta(hours=7 + self.dice.randrange(15), minutes=self.dice.randrange(60))
        )
        online = item.channel in ONLINE_CHANNELS
        clerk = self.s.actor(Role.INTAKE_CLERK)
        entered = arrived if online else self.at(self.office_hour(self.workday(arrived, 1)))
        submission = intake.Submission(
            title=item.title, problem=item.problem, proposal=item.proposal, topic=self.s.topics[item.topic],
            district=self.s.districts.get(item.district), place=item.place, campaign=self.s.campaigns.get(item.campaign),
            name=item.author, phone=item.phone, email=item.email, publish_consent=item.publish,
            name_display=item.name_display if item.author else "anonymous", channel=item.channel,
            received_at=arrived, tags=tuple(item.tags),
        )  # fmt: skip
        if submission.campaign is not None and not submission.campaign.is_open_at(entered):
            submission = replace(submission, campaign=None)
        if online and not (item.phone or item.email):
            submission = replace(submission, phone=f"1990000{self.dice.randrange(10000):04d}")
        receipt = intake.submit(
            submission=submission, jurisdiction=self.s.jurisdiction, idempotency_key=f"demo-{item.key}-{self.s.city.base}",
            actor=Actor.author() if online else clerk, at=entered, limits=rules.RESIDENT if online else rules.ON_RECORD,
            entered_by=None if online else clerk.user,
        )  # fmt: skip
        return receipt.suggestion

    def _supplement(self) -> None:
        officer = self.s.actor(Role.TRIAGE_OFFICER)
        at = self.at(self.office_hour(self.workday(self.clock, 1)))
        triage.request_supplement(
            suggestion=self.suggestion, asked=self.item.supplement, actor=officer, at=at
        )
        if self.item.supplement_answer:
            at = self.at(at + timedelta(days=2, hours=self.dice.randrange(8)))
            intake.supplement(
                suggestion=self.suggestion,
                answer=self.item.supplement_answer,
                actor=Actor.author(),
                at=at,
            )

    def _end(self) -> None:
        item, officer = self.item, self.s.actor(Role.TRIAGE_OFFICER)
        at = self.at(self.office_hour(self.workday(self.clock, 1)))
        if item.state == "redirected":
            triage.redirect(
                suggestion=self.suggestion, category=item.category, target=self.s.targets[item.redirect], words="",
                actor=officer, at=at,
            )  # fmt: skip
        elif item.state == "not_accepted":
            triage.refuse(
                suggestion=self.suggestion,
                reason=item.refuse,
                words=item.refuse_note,
                actor=officer,
                at=at,
            )
            self._second_look(at)
        elif item.state == "merged":
            primary = self.s.filed[item.merged_into]
            primary.refresh_from_db()
            triage.merge(
                suggestion=self.suggestion,
                primary=primary,
                why="同一件事，合并办理",
                actor=officer,
                at=at,
            )
        else:
            withdrawing.withdraw(
                suggestion=self.suggestion, reason="情况有变化", actor=Actor.author(),
                at=self.at(at + timedelta(hours=5)),
            )  # fmt: skip

    def _second_look(self, at: datetime) -> None:
        """Another officer agrees, where one alone may not decide (process.md T6, T7)."""
        decision = deciding.pending(self.suggestion)
        if decision is not None:
            second = Actor.staff(self.s.users[("fenban2", "")], Role.TRIAGE_OFFICER)
            deciding.confirm(decision=decision, actor=second, at=self.at(at + timedelta(hours=1)))

    def _accept(self) -> None:
        officer = self.s.actor(Role.TRIAGE_OFFICER)
        at = self.at(self.office_hour(self.workday(self.clock, self.dice.choice((1, 1, 2)))))
        triage.accept(
            suggestion=self.suggestion, topic=self.s.topics[self.item.topic], district=self.suggestion.district,
            actor=officer, at=at, tags=self.item.tags,
        )  # fmt: skip

    def _dispatch(self) -> None:
        item, officer = self.item, self.s.actor(Role.TRIAGE_OFFICER)
        self.dispatched = self.at(self.clock + timedelta(hours=1, minutes=self.dice.randrange(90)))
        assignment.dispatch(
            suggestion=self.suggestion, lead=self.s.units[item.lead], co_units=[self.s.units[c] for c in item.co],
            actor=officer, at=self.dispatched, basis=f"派单目录“{self.s.topics[item.topic].name}”",
        )  # fmt: skip

    def _handle(self) -> None:
        item = self.item
        lead = replying.lead_assignment(self.suggestion)
        at = self.at(self.office_hour(self.workday(self.clock, 1)))
        assignment.sign_in(assignment=lead, actor=self.s.actor(Role.LIAISON, item.lead), at=at)
        if item.publish and self.dice.random() < 0.85:
            self._publish(self.workday(at, 2))
        for code in item.co:
            part = self.suggestion.assignments.get(unit__code=code)
            part.suggestion = self.suggestion
            actor = self.s.actor(Role.LIAISON, code)
            assignment.sign_in(
                assignment=part, actor=actor, at=self.at(self.clock + timedelta(hours=2))
            )
            if item.co_opinion and code == item.co[0]:
                day = self.workday(self.dispatched, min(4, max(item.handle_days - 3, 1)))
                assignment.give_opinion(
                    assignment=part,
                    opinion=item.co_opinion,
                    actor=actor,
                    at=self.at(self.office_hour(day)),
                )

    def _publish(self, day: date) -> None:
        """Mask and release what waits, if the day has come; the publishers' own care adds what rules cannot know."""
        moment = self.office_hour(day)
        if moment >= self.s.now - timedelta(hours=2):
            return
        review = PublicationReview.objects.filter(
            suggestion=self.suggestion, state__in=("queued", "redacting", "second_check")
        ).first()
        if review is None:
            return
        review.suggestion = self.suggestion
        first = Actor.staff(self.s.users[("gongkai1", "")], Role.PUBLISHER)
        second = Actor.staff(self.s.users[("gongkai2", "")], Role.PUBLISHER)
        kinds = [(p, "住址" if any(c.isdigit() for c in p) else "姓名") for p in self.item.private]
        names = ("title", "problem", "proposal", "place", "reply_body", "reply_commitment")
        texts = {n: redaction.mask_known(getattr(review, n), kinds) for n in names}
        publishing.start(review=review, actor=first, at=self.at(moment))
        publishing.save(review=review, actor=first, at=self.clock, **texts)
        publishing.submit(review=review, actor=first, at=self.at(self.clock + timedelta(minutes=4)))
        publishing.release(review=review, actor=second, at=self.at(self.clock + timedelta(hours=1)))

    def _values(self, on: datetime) -> dict[str, Any]:
        item = self.item
        promised = on.astimezone(SHANGHAI).date() + timedelta(days=item.commitment_days or 60)
        values: dict[str, Any] = {
            "outcome": item.outcome, "body": item.reply, "basis": item.basis, "commitment": item.commitment,
            "contact": item.reply_contact or f"办公室 {self.s.units[item.lead].phone}", "reason": "",
            "committed_by": None, "next_report_on": None,
        }  # fmt: skip
        if item.outcome == "under_study":
            values["next_report_on"] = promised
        elif item.outcome == "planned" or item.commitment_days:
            values["committed_by"] = promised
        if item.outcome == "not_adopted":
            values["reason"] = _why_not(item.reply)
        return values

    def _reply(self) -> None:
        item = self.item
        last = self.workday(self.dispatched, max(item.handle_days - 1, 1))
        if item.sent_back:
            draft_day = self.workday(self.dispatched, max(item.handle_days - 4, 1))
            short = item.reply.split("\n\n")[0]
            body = short if len(short) >= replying.BODY_MIN else item.reply[:80]
            self._sign(self.at(self.office_hour(draft_day)), body=body)
            reply = replying.current_reply(self.suggestion)
            assert reply is not None
            reply.suggestion = self.suggestion
            at = self.at(self.clock + timedelta(hours=20))
            replying.send_back(
                reply=reply, reason=item.sent_back, actor=self.s.actor(Role.TRIAGE_OFFICER), at=at
            )
        self._sign(self.at(self.office_hour(last)))

    def _sign(self, at: datetime, **changes: Any) -> None:
        item = self.item
        handler, head = (
            self.s.actor(Role.HANDLER, item.lead),
            self.s.actor(Role.UNIT_HEAD, item.lead),
        )
        values = {**self._values(at), **changes}
        reply = replying.save_draft(suggestion=self.suggestion, actor=handler, at=at, **values)
        reply.suggestion = self.suggestion
        replying.ask_for_signature(reply=reply, actor=handler, at=at)
        reply.suggestion = self.suggestion
        replying.sign(
            reply=reply,
            actor=head,
            at=self.at(at + timedelta(minutes=50)),
            note="协办单位已口头沟通",
        )

    def _approve(self, day: date) -> datetime:
        reply = replying.current_reply(self.suggestion)
        assert reply is not None
        reply.suggestion = self.suggestion
        at = self.at(self.office_hour(day))
        replying.approve(reply=reply, actor=self.s.actor(Role.TRIAGE_OFFICER), at=at)
        return at

    def _answer(self) -> None:
        item = self.item
        answered = self._approve(self.workday(self.dispatched, item.handle_days))
        self.s.answered_on[item.key] = answered
        self._publish(self.workday(answered, self.dice.choice((1, 1, 2, 3))))
        if item.overall:
            self._rate(answered, item.overall, item.solved, item.comment, item.scores)
            if self.suggestion.status == "rectifying" and self.rework:
                self._rectify(self.rework)

    def _rate(
        self, answered: datetime, overall: str, solved: str, comment: str, scores: list[int]
    ) -> None:
        at = self.at(
            min(
                answered + timedelta(days=2 + self.dice.randrange(9), hours=3),
                self.s.now - timedelta(hours=3),
            )
        )
        three: dict[str, Any] = dict(
            zip(("score_result", "score_attitude", "score_speed"), scores, strict=False)
        )
        evaluating.evaluate(
            suggestion=self.suggestion, actor=Actor.author(), at=at, overall=overall, solved=solved,
            contacted=self.item.contacted, comment=comment, **three,
        )  # fmt: skip

    def _rectify(self, second: dict[str, Any]) -> None:
        """The answer after a bad rating, where there was time for one."""
        day = self.workday(self.clock, second["days"])
        if datetime.combine(day, time(18), tzinfo=SHANGHAI) >= self.s.now:
            return
        talked = self.at(self.office_hour(self.workday(self.clock, max(second["days"] - 2, 1))))
        delivering.log_contact(
            suggestion=self.suggestion, way="phone", reached=True, words="电话里听建议人说了不满意的地方，约好再答复",
            actor=self.s.actor(Role.HANDLER, self.item.lead), at=talked,
        )  # fmt: skip
        parts = [
            {"kind": "reason", "ref": rating.pk, "answer": "您说的这一点我们重新核实过，新的安排写在上面。", "unit": self.item.lead}
            for rating in rectifying.reasons(self.suggestion)
        ]  # fmt: skip
        self._sign(self.at(self.office_hour(self.workday(self.clock, max(second["days"] - 1, 1)))), parts=parts,
                   body=self.s.city.moved(second["reply"]), outcome=second.get("outcome") or self.item.outcome)  # fmt: skip
        answered = self._approve(day)
        self._publish(self.workday(answered, 1))
        if second.get("overall"):
            try:
                self._rate(
                    answered,
                    second["overall"],
                    second.get("solved", ""),
                    second.get("comment", ""),
                    [],
                )
            except DomainError:
                return
