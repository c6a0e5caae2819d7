"""Studies, decisions, silent promises, award rounds in every state, return visits and doubtful ratings."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Category, Overall, Solved
from suggestions.errors import DomainError
from suggestions.models import Adoption, AwardRound, Nomination, StaffRole, Suggestion, Unit, Visit
from suggestions.roles import Role
from suggestions.services import adopting, awarding, evaluating, flags, identity, judging, visiting
from suggestions.services.awarding import DEFAULT_LEVELS
from suggestions.states import Case
from suggestions.states import Evaluation as Rating

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

EXPERTS = (
    ("zhuanjia2", "论证专家 许衡之"),
    ("zhuanjia3", "论证专家 甘棠"),
    ("zhuanjia4", "论证专家 骆行简"),
)
MEASURES = (
    "学校门口错峰接送", "老楼加装电梯一窗办", "夜市分时段摆摊", "河边步道装夜灯", "社区药箱定期换药", "公园厕所延长开放", "菜场设共享秤",
)  # fmt: skip
RULES = (
    "周期内收到、已经采纳或列入计划的建议都可以参评，由单位和征集办公室提名。看新意、可行和受益面三项，评委从专家和评委名册里抽签产生，"
    "有利害关系的回避，交了的分数不能再改。同一想法只评最早的一件。入围名单公示至少5个工作日。"
)


def seed(city: "Seeder") -> None:
    """Everything of process.md 4.8 and 7.1 that the items themselves do not show."""
    _experts(city)
    held = list(
        Suggestion.objects.filter(
            status__in=(Case.CLOSED, Case.ANSWERED), outcome__in=awarding.WORTHY, category=Category.SUGGESTION,
            lead_unit__isnull=False, adoption=None, primary=None, jurisdiction=city.jurisdiction,
        ).select_related("lead_unit", "jurisdiction").order_by("pk")
    )  # fmt: skip
    if len(held) < len(MEASURES) + 3:
        return
    _adoptions(city, held[: len(MEASURES)])
    _progress(city)
    _before_reply(city)
    _rounds(city, held[len(MEASURES) :][:6])
    _visits(city)
    _ratings(city)


def _experts(city: "Seeder") -> None:
    from suggestions.demo.seed import PASSWORD

    enter = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    for name, shown in EXPERTS:
        user = get_user_model().objects.create(
            username=name, display_name=shown, email=f"{name}@example.cn", password=make_password(PASSWORD)
        )  # fmt: skip
        user.user_permissions.add(enter)
        StaffRole.objects.create(user=user, role=Role.EXPERT, jurisdiction=city.jurisdiction)


def _head(city: "Seeder", unit: Unit) -> Actor:
    return city.actor(Role.UNIT_HEAD, unit.code)


def _adoptions(city: "Seeder", items: list[Suggestion]) -> None:
    """One chain for each state that the ledger does not show already."""
    office = city.actor(Role.TRIAGE_OFFICER)
    plans = ("", "study", "recommend", "against", "reject", "partial", "abandon")
    for item, measure, plan in zip(items, MEASURES, plans, strict=True):
        unit = item.lead_unit
        assert unit is not None
        at = city.now - timedelta(days=45)
        adoption = adopting.nominate(
            suggestion=item, unit=unit, measure=measure, actor=office, at=at
        )
        if plan:
            _lead(city, adoption, plan, at + timedelta(days=2))


def _lead(city: "Seeder", adoption: Adoption, plan: str, at: datetime) -> None:
    office, head = city.actor(Role.TRIAGE_OFFICER), _head(city, adoption.unit)
    expert = city.actor(Role.EXPERT)
    asked = adopting.competent_units(adoption)
    study = adopting.open_study(
        adoption=adoption, method="workshop" if plan == "study" else "seminar", held_on=local_date(at + timedelta(days=7)),
        invited=asked, experts=[expert.user] if expert.user else [], place="市民中心三楼会议室", author_invited=True,
        participants="街道办事处分管负责人、社区工作者两名", actor=office, at=at,
    )  # fmt: skip
    later = at + timedelta(days=8)
    adopting.give_opinion(
        study=study, stance="amend", text="方向可行，建议先选两处试三个月，用数字说话再推开。", actor=expert, at=later
    )  # fmt: skip
    adopting.give_opinion(
        study=study, stance="oppose" if plan in ("against", "reject") else "support",
        text="日常维护的人手和经费要先定下来，否则装了也难长久。", actor=head, at=later,
    )  # fmt: skip
    if plan == "study":
        return
    yes = plan not in ("against", "reject")
    summary = (
        "场地和经费都具备，建议先试后推。" if yes else "现有场地不够宽，消防通道会被占，不宜照办。"
    )
    adopting.conclude(
        adoption=adoption,
        recommended=yes,
        summary=summary,
        actor=head,
        at=later + timedelta(days=2),
    )
    when, basis = later + timedelta(days=5), "局长办公会会议纪要"
    if plan == "reject":
        adopting.decide(
            adoption=adoption, decision="reject", basis=basis, reason="会占消防通道，改为在别处想办法。", actor=head, at=when
        )  # fmt: skip
    if plan in ("partial", "abandon"):
        adopting.decide(
            adoption=adoption, decision="partial", basis=basis, reason="先在两处试行，其余的看效果再定。",
            conversion_type="work", due_on=local_date(when + timedelta(days=120)), actor=head, at=when,
        )  # fmt: skip
    if plan == "abandon":
        adopting.abandon(
            adoption=adoption, reason="选定的地块列入道路改造，年内不能动工，改造后重新研究。", actor=head, at=when + timedelta(days=9)
        )  # fmt: skip


def _progress(city: "Seeder") -> None:
    """Every other promise is reported on; the rest were silent, and their pages say so."""
    for n, adoption in enumerate(Adoption.objects.filter(status="implementing").select_related("unit", "suggestion__jurisdiction").order_by("pk")):  # fmt: skip
        if n % 2 == 0:
            adopting.report_progress(
                adoption=adoption, text="做法和经费已经定下，第一批已经做完，正在看使用情况。",
                reached=list(adoption.milestones.filter(due_on__lte=local_date(city.now))[:1]),
                actor=_head(city, adoption.unit), at=city.now - timedelta(days=12),
            )  # fmt: skip
    adopting.missed_progress(now=city.now)


def _before_reply(city: "Seeder") -> None:
    """One item whose answer waits for its study (K7b)."""
    item = (
        Suggestion.objects.filter(
            status=Case.HANDLING, due_kind="K7a", due_on__gte=local_date(city.now), adoption=None,
            jurisdiction=city.jurisdiction, lead_unit__isnull=False,
        ).select_related("lead_unit", "jurisdiction").order_by("pk").first()
    )  # fmt: skip
    if item is None or item.lead_unit is None:
        return
    at = city.now - timedelta(hours=20)
    office = city.actor(Role.TRIAGE_OFFICER)
    adoption = adopting.nominate(
        suggestion=item, unit=item.lead_unit, measure="先论证，再答复怎么办", actor=office, at=at
    )
    adopting.open_study(
        adoption=adoption, method="field_visit", held_on=local_date(city.now + timedelta(days=6)),
        invited=adopting.competent_units(adoption), actor=office, at=at + timedelta(hours=1),
    )  # fmt: skip


_WAYS: tuple[tuple[str, str, int], ...] = (
    ("paid", "年度优秀人民建议评选", 120), ("approved", "第一期金点子评选", 90), ("publicity", "第二期金点子评选", 40),
    ("shortlisting", "便民专题评选", 34), ("scoring", "绿色出行专题评选", 28), ("screening", "适老专题评选", 21),
    ("cancelled", "亲子专题评选", 50), ("nominating", "第三期金点子评选", 14),
)  # fmt: skip


def _rounds(city: "Seeder", items: list[Suggestion]) -> None:
    """A round in every state; the yearly one went all the way to the money."""
    for goal, title, days in _WAYS:
        at = city.now - timedelta(days=days)
        # The twelve whole months before: what comes in while a round goes on waits for the next one.
        month = local_date(at).replace(day=1)
        held = awarding.open_round(
            jurisdiction=city.jurisdiction, title=f"{at.year}{'年' if not title.startswith('年') else ''}{title}",
            rules_text=RULES, cycle_from=month.replace(year=month.year - 1), cycle_to=month - timedelta(days=1), jury_size=3,
            levels=DEFAULT_LEVELS[1:4] if goal == "paid" else [("金点子奖", 2, 2000)],
            actor=city.actor(Role.TRIAGE_OFFICER), at=at,
        )  # fmt: skip
        office = city.actor(Role.TRIAGE_OFFICER)
        for n, item in enumerate(items):
            by = office if n else _head(city, item.lead_unit)  # type: ignore[arg-type]
            try:
                awarding.nominate(
                    round=held, suggestion=Suggestion.objects.select_related("jurisdiction").get(pk=item.pk),
                    merits="办法具体，花钱不多，做起来快，周边居民都用得上。", actor=by, at=at + timedelta(days=1),
                )  # fmt: skip
            except DomainError:
                continue
        _judge(city, held, goal, at + timedelta(days=3))


def _judge(city: "Seeder", held: AwardRound, goal: str, at: datetime) -> None:
    office, leader = city.actor(Role.TRIAGE_OFFICER), city.actor(Role.LEADER)
    if goal == "nominating":
        return
    if goal == "cancelled":
        judging.cancel(
            round=held, reason="规则没有写清同分怎么办，改好后重新评。", actor=leader, at=at
        )
        return
    awarding.close_nominations(round=held, actor=office, at=at)
    if goal == "screening":
        return
    for n, nomination in enumerate(held.nominations.select_related("round", "suggestion").order_by("pk")):  # fmt: skip
        nomination.round = held
        if n == 4:
            awarding.screen_out(
                nomination=nomination, reason="去年已经办成，不再评。", actor=office, at=at
            )
            continue
        title = awarding.masked(nomination.masked_title) or "一件建议"
        awarding.screen_in(
            nomination=nomination, title=title, text=awarding.masked(nomination.masked_text), actor=office, at=at
        )  # fmt: skip
    awarding.start_scoring(
        round=held, actor=office, at=at + timedelta(days=1), seed=f"demo {held.pk}"
    )
    _sheets(city, held, at + timedelta(days=3), whole=goal != "scoring")
    if goal == "scoring":
        return
    judging.close_scoring(round=held, actor=office, at=at + timedelta(days=4))
    if goal == "shortlisting":
        return
    judging.shortlist(round=held, actor=office, at=at + timedelta(days=5))
    until = None if goal != "publicity" else local_date(city.now + timedelta(days=5))
    judging.start_publicity(round=held, actor=office, at=at + timedelta(days=6), until=until)
    shown = list(held.nominations.filter(status="publicity_period").select_related("round").order_by("pk"))  # fmt: skip
    judging.object_to(
        nomination=shown[0], text="听说别的街道三月就这样做了，是不是最早提的？", actor=city.actor(Role.INTAKE_CLERK),
        at=at + timedelta(days=7),
    )  # fmt: skip
    if goal == "publicity":
        return
    objection = shown[0].objections.get()
    judging.answer_objection(
        objection=objection, upheld=False, answer="核对了收到时间，这一件比街道的做法早两个月。", actor=office, at=at + timedelta(days=9)
    )  # fmt: skip
    done = at + timedelta(days=22)
    judging.approve(round=held, actor=leader, at=done)
    winners = list(held.nominations.filter(status="approved").select_related("suggestion__jurisdiction", "round").order_by("pk"))  # fmt: skip
    if goal == "approved":
        judging.notify(nomination=winners[0], actor=office, at=done + timedelta(days=1))
        return
    for n, winner in enumerate(winners):
        _reward(city, winner, done + timedelta(days=2), name="林先生" if n == 0 else "")
    judging.finish(round=held, actor=office, at=done + timedelta(days=40))


def _sheets(city: "Seeder", held: AwardRound, at: datetime, *, whole: bool) -> None:
    jurors, dice = list(held.jurors.select_related("user")), city.chance(f"jury {held.title}")
    entered = list(
        held.nominations.filter(status="screened").select_related("round").order_by("pk")
    )
    for n, nomination in enumerate(entered):
        nomination.round = held
        for juror in jurors[: None if whole else 1]:
            actor = Actor.staff(juror.user, Role.EXPERT)
            if n == 0 and juror.order == 1:
                judging.recuse(
                    nomination=nomination, reason="和提名单位有课题合作", actor=actor, at=at
                )
                continue
            marks = {k: 60 + dice.randrange(40) for k in ("novelty", "feasibility", "benefit")}
            judging.score(
                nomination=nomination, actor=actor, at=at, comment="做法具体，看得见效果。", **marks
            )


def _reward(city: "Seeder", winner: Nomination, at: datetime, *, name: str) -> None:
    office = city.actor(Role.TRIAGE_OFFICER)
    judging.notify(nomination=winner, actor=office, at=at)
    if name:
        judging.agree_to_name(
            nomination=winner, name=name, actor=city.actor(Role.INTAKE_CLERK), at=at
        )
    judging.collect_payment(
        nomination=winner, payee="示例获奖人", identity_number="000000190001010000", bank="示例银行", account="0000000000000000",
        actor=office, at=at + timedelta(days=1),
    )  # fmt: skip
    judging.pay(nomination=winner, paid_on=local_date(at + timedelta(days=9)), actor=office, at=at + timedelta(days=9))  # fmt: skip


def _visits(city: "Seeder") -> None:
    """The sample of the last month, most of it done; one of each other end."""
    visiting.plan_due(now=city.now)
    clerk, dice = city.actor(Role.INTAKE_CLERK), city.chance("visits")
    planned = list(
        Visit.objects.filter(status="planned").select_related("suggestion__jurisdiction", "jurisdiction").order_by("planned_at", "pk")
    )  # fmt: skip
    for n, visit in enumerate(planned):
        at = min(visit.planned_at + timedelta(days=2, hours=10), city.now - timedelta(hours=1))
        if n == 0:
            visiting.decline(visit=visit, actor=clerk, at=at)
        elif n == 1:
            for day in range(visiting.ATTEMPTS):
                visiting.no_answer(visit=visit, actor=clerk, at=at + timedelta(hours=day))
        elif n == 2:
            visiting.cancel(
                visit=visit,
                reason="建议人上周已来窗口当面说过",
                actor=city.actor(Role.SUPERVISOR),
                at=at,
            )
        elif n % 4:
            happy = dice.random() < 0.8
            visiting.record(
                visit=visit, contacted=dice.random() < 0.9,
                solved=dice.choice((Solved.YES, Solved.YES, Solved.PARTLY, Solved.NOT_NEEDED)) if happy else Solved.NO,
                satisfied=Overall.SATISFIED if happy else Overall.DISSATISFIED,
                words="打过一次电话，说的和做的一样。" if happy else "还没有动静，说是年底前办。", actor=clerk, at=at,
            )  # fmt: skip
    spot = Suggestion.objects.filter(status=Case.CLOSED, visits=None, jurisdiction=city.jurisdiction).select_related("author", "jurisdiction", "lead_unit")  # fmt: skip
    for item in spot.order_by("-pk")[:20]:
        if visiting.can_be_called(item):
            visiting.plan(suggestion=item, why="spot", actor=city.actor(Role.SUPERVISOR), at=city.now - timedelta(days=1))  # fmt: skip
            break


def _ratings(city: "Seeder") -> None:
    """A rating by phone with the office rated apart, and one after a look at the contact data that nobody wrote down."""
    waiting = list(
        Suggestion.objects.filter(
            status=Case.ANSWERED, evaluation_state=Rating.INVITED, primary=None, hide_identity_from_unit=False,
            jurisdiction=city.jurisdiction, lead_unit__isnull=False,
        ).select_related("author", "jurisdiction", "lead_unit").order_by("-pk")[:2]
    )  # fmt: skip
    clerk, at = city.actor(Role.INTAKE_CLERK), city.now - timedelta(hours=2)
    office = Unit.objects.filter(jurisdiction=city.jurisdiction, is_collection_office=True).first()
    for n, item in enumerate(waiting):
        if n == 1 and item.lead_unit is not None:
            identity.read_contact(
                suggestion=item, reason="约建议人看现场", actor=city.actor(Role.HANDLER, item.lead_unit.code), at=at
            )  # fmt: skip
        evaluating.evaluate(
            suggestion=item, actor=clerk, at=at + timedelta(minutes=20), overall=Overall.SATISFIED, solved=Solved.YES,
            contacted=True, comment="电话里说：办得挺快，回得也清楚。", parts={office.code: Overall.BASICALLY} if office else {},
        )  # fmt: skip
    flags.sudden_changes(now=city.now)
