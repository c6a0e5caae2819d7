"""Consents taken back, requests in every state, approvals, relayed words, complaints, breaches, stand-ins, recusals."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import BreachKind, Category, GrantKind, RightsKind, RightsRelation
from suggestions.models import (
    Author,
    Erasure,
    PublicationReview,
    RightsRequest,
    StaffRole,
    Suggestion,
    Topic,
    Unit,
)
from suggestions.roles import Role
from suggestions.services import (
    assignment,
    authority,
    breaches,
    consent,
    exports,
    identity,
    intake,
    named_exports,
    publishing,
    relaying,
    retention_rules,
    rights,
    takedowns,
    triage,
)
from suggestions.services.intake import Submission

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

TEXTS = (
    ("图书馆借书柜晚上亮灯", "晚上还书时借书柜前面很暗，按键看不清。", "在柜子上方装一盏感应灯。", "尤听雪"),
    ("校门口自行车停放划线", "放学时自行车乱停，走路要绕到马路上。", "在校门两边划停车线。", "葛小禾"),
    ("广场舞音量显示牌", "晚上广场音响声音大，谁也说不清多大。", "装一块显示音量的牌子。", "姚听澜"),
    ("菜市场门口装扶手", "市场门口台阶高，老人上下不方便。", "台阶两边装扶手。", "蒲念慈"),
    ("公交站牌写末班车时间", "站牌上看不到末班车几点。", "站牌写上首末班车时间。", "尚未晚"),
    ("社区公告栏加一把椅子", "看公告的老人站久了腿疼。", "公告栏前放一把长椅。", "邬行云"),
    ("游泳馆更衣柜写清押金", "押金多少、怎么退没有写。", "柜子上贴一张说明。", "褚星河"),
    ("小区门口快递车停放点", "快递车停在消防通道。", "划一块快递车专用位置。", "席远山"),
)  # fmt: skip


@dataclass(frozen=True)
class _Scene:
    """The city, its officer of privacy, and the moment the scene begins."""

    city: "Seeder"
    start: datetime

    def at(self, hours: int) -> datetime:
        return min(self.start + timedelta(hours=hours), self.city.now)

    def actor(self, role: str) -> Actor:
        return self.city.actor(role)


LEAST = 50
"""A city cut short for a test (`seed_demo --limit`) keeps to its items."""


def seed(city: "Seeder") -> None:
    """Every state and object of process.md section 9, on items of this module's own."""
    if Suggestion.objects.count() >= LEAST:
        show(city)


def show(city: "Seeder") -> None:
    """The scenes, in any city that has its units, topics and staff."""
    scene = _Scene(city, city.now - timedelta(days=25))
    unit = (
        Unit.objects.filter(jurisdiction=city.jurisdiction, is_collection_office=False)
        .order_by("path")
        .first()
    )
    topic = Topic.objects.filter(numchild=0).order_by("path").first()
    if unit is None or topic is None:
        return
    items = [_submit(scene, n, topic) for n in range(len(TEXTS))]
    for record_class in (d.record_class for d in retention_rules.DEFAULTS):
        retention_rules.current(record_class)
    for kind in consent.DEFAULT_POLICIES:
        consent.policy(kind, at=scene.start)
    _hidden(scene, items[0], unit, topic)
    _minor(scene, items[1])
    _requests(scene, items)
    _complaints(scene, items[4:7], topic)
    _breaches(scene, items[7])
    _people(scene, items[7])


def _submit(scene: _Scene, n: int, topic: Topic) -> Suggestion:
    title, problem, proposal, name = TEXTS[n]
    made = intake.submit(
        submission=Submission(
            title=title, problem=problem, proposal=proposal, topic=topic, name=name, phone=f"1990003{n:04d}",
            publish_consent=True, hide_identity_from_unit=n == 0, policy_version="2026-11",
        ),
        jurisdiction=scene.city.jurisdiction, idempotency_key=f"demo-privacy-{n}", actor=Actor.author(), at=scene.at(n),
    )  # fmt: skip
    return _fresh(made.suggestion)


def _fresh(item: Suggestion) -> Suggestion:
    return Suggestion.objects.select_related("jurisdiction", "author").get(pk=item.pk)


def _hidden(scene: _Scene, item: Suggestion, unit: Unit, topic: Topic) -> None:
    """An author who hides from the unit: asked, answered, one answer waiting, one not passed on."""
    office = scene.actor(Role.TRIAGE_OFFICER)
    handler = scene.city.actor(Role.HANDLER, unit.code)
    triage.accept(suggestion=item, topic=topic, actor=office, at=scene.at(20))
    assignment.dispatch(suggestion=item, lead=unit, co_units=[], actor=office, at=scene.at(22))
    asked = relaying.write(
        suggestion=item, unit=unit, words="是哪一个图书馆的借书柜？", actor=handler, at=scene.at(30)
    )
    relaying.pass_on(message=asked, words=asked.words, actor=office, at=scene.at(32))
    answer = relaying.write(
        suggestion=item,
        unit=unit,
        words="人民路馆北门那一个。",
        actor=Actor.author(),
        at=scene.at(34),
        answers=asked,
    )
    relaying.pass_on(message=answer, words=answer.words, actor=office, at=scene.at(36))
    held = relaying.write(
        suggestion=item, unit=unit, words="请告诉我们您的姓名。", actor=handler, at=scene.at(40)
    )
    relaying.hold(
        message=held, reason="建议人要求保密，办理不需要姓名。", actor=office, at=scene.at(41)
    )
    relaying.write(
        suggestion=item, unit=unit, words="周三晚上方便到现场看吗？", actor=handler, at=scene.at(50)
    )


def _minor(scene: _Scene, item: Suggestion) -> None:
    """A minor's contact data: one approval used, one refused, one waiting; a break-glass and an export beside."""
    Author.objects.filter(suggestion=item).update(age_band=Author.AgeBand.TEEN)
    item = _fresh(item)
    clerk, officer = scene.actor(Role.INTAKE_CLERK), scene.actor(Role.PRIVACY_OFFICER)
    first = identity.ask(
        kind=GrantKind.MINOR,
        suggestion=item,
        reason="核对是哪所学校门口",
        actor=clerk,
        at=scene.at(20),
    )
    identity.approve(grant=first, actor=officer, at=scene.at(21))
    identity.read_contact(
        suggestion=item, reason="核对是哪所学校门口", actor=clerk, at=scene.at(22)
    )
    second = identity.ask(
        kind=GrantKind.MINOR,
        suggestion=item,
        reason="想认识这位同学",
        actor=scene.actor(Role.LEADER),
        at=scene.at(30),
    )
    identity.refuse(grant=second, reason="办理不需要。", actor=officer, at=scene.at(31))
    glass = identity.ask(
        kind=GrantKind.BREAK_GLASS, suggestion=item, reason="有人报告孩子走失", actor=scene.actor(Role.SUPERVISOR),
        at=scene.at(40), hours=4,
    )  # fmt: skip
    identity.approve(grant=glass, actor=scene.actor(Role.LEADER), at=scene.at(40))
    identity.approve(grant=glass, actor=officer, at=scene.at(41))
    identity.read_contact(
        suggestion=item, reason="联系监护人", actor=scene.actor(Role.SUPERVISOR), at=scene.at(42)
    )
    identity.end_grants(now=scene.at(60))
    item = _fresh(item)
    now = scene.city.now
    living = identity.ask(
        kind=GrantKind.MINOR,
        suggestion=item,
        reason="告知办理结果",
        actor=clerk,
        at=now - timedelta(hours=3),
    )
    identity.approve(grant=living, actor=officer, at=now - timedelta(hours=2))
    _named_export(scene, officer, now)
    identity.ask(
        kind=GrantKind.MINOR, suggestion=item, reason="约时间看现场", actor=scene.actor(Role.TRIAGE_OFFICER),
        at=now - timedelta(hours=1),
    )  # fmt: skip


def _named_export(scene: _Scene, officer: Actor, now: datetime) -> None:
    """A list with names that two others gave leave for, and one that waits for the second of them."""
    listed = Suggestion.objects.filter(
        jurisdiction=scene.city.jurisdiction, category=Category.SUGGESTION, author__age_band=""
    ).exclude(pk__in=Erasure.objects.values("suggestion"))  # fmt: skip
    reasons = ("寄送获奖通知", "寄送书面答复")
    asked = [
        named_exports.ask(user=officer.user, query=f"state=all&q={item.case_no}", reason=why, at=now - timedelta(hours=3))
        for item, why in zip(listed.order_by("pk"), reasons, strict=False)
    ]  # fmt: skip
    for grant in asked:
        identity.approve(grant=grant, actor=scene.actor(Role.LEADER), at=now - timedelta(hours=2))
    given = asked[0]
    identity.approve(grant=given, actor=scene.actor(Role.SUPERVISOR), at=now - timedelta(hours=1))
    job = exports.ask(
        user=officer.user,
        query="",
        format="xlsx",
        grant_id=given.pk,
        at=now - timedelta(minutes=30),
    )
    exports.write(job, at=now - timedelta(minutes=29))


def _requests(scene: _Scene, items: list[Suggestion]) -> None:
    """One request in every state and of every result."""
    officer = scene.actor(Role.PRIVACY_OFFICER)

    def ask(n: int, kind: str, relation: str = RightsRelation.SELF, **more: Any) -> RightsRequest:
        return rights.receive(
            suggestion=_fresh(items[n]), kind=kind, relation=relation, actor=Actor.author(), at=scene.at(60), **more
        )  # fmt: skip

    corrected = ask(3, RightsKind.CORRECT, correction={"email": "pu@example.cn"})
    rights.fulfil(request=corrected, actor=officer, at=scene.at(70))
    refused = ask(3, RightsKind.DELETE)
    rights.refuse(
        request=refused, reason="这件建议还在办理。撤回以后可以删除。", actor=officer, at=scene.at(71)
    )  # fmt: skip
    taken_back = ask(3, RightsKind.EXPLAIN)
    rights.take_back(request=taken_back, at=scene.at(72))
    ask(3, RightsKind.RESTRICT)
    ask(7, RightsKind.DELETE, RightsRelation.RELATIVE, requester="席远山的女儿 19900030099")
    waiting = ask(7, RightsKind.VIEW, RightsRelation.GUARDIAN, requester="席家父亲 19900030098")
    rights.ask_identity(request=waiting, actor=officer, at=scene.at(75))
    consent.withdraw(
        suggestion=_fresh(items[3]), kind="publish", actor=Actor.author(), at=scene.at(80)
    )
    intake.withdraw(suggestion=_fresh(items[2]), reason="广场已经装了", at=scene.at(60))
    gone = ask(2, RightsKind.DELETE)
    rights.fulfil(request=gone, actor=officer, at=scene.at(90))


def _complaints(scene: _Scene, items: list[Suggestion], topic: Topic) -> None:
    """Three pages somebody complained about: waiting, taken away, and shown again."""
    office, first = scene.actor(Role.TRIAGE_OFFICER), scene.actor(Role.PUBLISHER)
    second = Actor.staff(scene.city.users[("gongkai2", "")], Role.PUBLISHER)
    for item in items:
        triage.accept(suggestion=item, topic=topic, actor=office, at=scene.at(24))
        review = PublicationReview.objects.get(suggestion=item, state="queued")
        review.suggestion = item
        publishing.start(review=review, actor=first, at=scene.at(26))
        publishing.save(review=review, actor=first, at=scene.at(26))
        publishing.submit(review=review, actor=first, at=scene.at(27))
        publishing.release(review=review, actor=second, at=scene.at(28))
    words = ("写出了我常坐的车次和时间", "署名旁边写了楼号", "照片里有人脸")
    for n, (item, said) in enumerate(zip(items, words, strict=True)):
        at = scene.city.now - timedelta(hours=5) if n == 0 else scene.at(100 + n)
        complaint = takedowns.complain(suggestion=_fresh(item), words=said, contact="", at=at)
        if n == 1:
            takedowns.uphold(
                complaint=complaint, reason="楼号能认出人。", actor=first, at=scene.at(104)
            )
        if n == 2:
            takedowns.dismiss(
                complaint=complaint, reason="没有照片。", actor=first, at=scene.at(105)
            )


def _breaches(scene: _Scene, item: Suggestion) -> None:
    """One breach a state."""
    officer, place = scene.actor(Role.PRIVACY_OFFICER), scene.city.jurisdiction
    stories = (
        (BreachKind.LEAK, "一封群发邮件把收件人写在了抄送里", 5),
        (BreachKind.LOSS, "一台登记用的平板找不到了", 4),
        (BreachKind.TAMPER, "一条联系方式被误改", 3),
        (BreachKind.LEAK, "打印的回执留在了自助机上", 2),
        (BreachKind.LEAK, "一张交办单贴在了公告栏", 1),
    )
    for kind, summary, steps in stories:
        breach = breaches.detect(
            jurisdiction=place, kind=kind, summary=summary, persons=steps, data_kinds="手机号", actor=officer,
            at=scene.at(10) if steps > 1 else scene.city.now - timedelta(hours=2), suggestions=[item] if steps == 5 else [],
        )  # fmt: skip
        if steps > 1:
            breaches.contain(
                breach=breach, measures="已收回，并换了做法", actor=officer, at=scene.at(12)
            )
        if steps > 2:
            breaches.tell_authority(
                breach=breach, authority="市网信办", actor=officer, at=scene.at(14)
            )
        if steps == 4:
            breaches.close(
                breach=breach, reason="平板已加密并找回。", actor=officer, at=scene.at(30)
            )
        if steps == 5:
            breaches.tell_persons(
                breach=breach, words="您的手机号被几位收件人看到，我们已请他们删除，请留意陌生来电。", actor=officer, at=scene.at(16)
            )  # fmt: skip


def _people(scene: _Scene, item: Suggestion) -> None:
    """A stand-in, a recusal, a role given by the administrator of rights."""
    city = scene.city
    officer = scene.actor(Role.TRIAGE_OFFICER)
    today = local_date(city.now)
    assert officer.user is not None
    authority.delegate(
        role=StaffRole.objects.get(user_id=officer.user.pk, role=Role.TRIAGE_OFFICER),
        to_user=scene.actor(Role.INTAKE_CLERK).user, from_on=today + timedelta(days=10), until_on=today + timedelta(days=17),
        reason="外出培训", actor=officer, at=city.now,
    )  # fmt: skip
    second = city.users.get(("fenban2", ""))
    if second is not None:
        actor = Actor.staff(second, Role.TRIAGE_OFFICER)
        authority.declare_conflict(
            suggestion=_fresh(item),
            user=second,
            reason="建议人是我邻居",
            actor=actor,
            at=scene.at(30),
        )
