"""A round of awards from its nominations to the money (process.md 4.8)."""

from suggestions.actor import Actor
from suggestions.models import AwardObjection, AwardRound, Nomination
from suggestions.roles import Role
from suggestions.services import awarding, judging
from suggestions.states import Case
from tests.walks.acts.base import Nothing, Walk, errand

RULES = "本周期内采纳的建议都可以参评，看新意、可行和受益面，由抽签产生的评委打分。"


@errand(9)
def award(walk: Walk) -> object:
    live = AwardRound.objects.exclude(status__in=("finished", "cancelled"))
    held = live.order_by("pk").first()
    if held is None:
        return awarding.open_round(
            jurisdiction=walk.city.jurisdiction, title=f"第{walk.acts}次评选", rules_text=RULES, cycle_from=walk.day(-400),
            cycle_to=walk.day(400), jury_size=3, levels=[("金点子奖", 2, 2000)], actor=walk.who("triage_officer"), at=walk.at,
        )  # fmt: skip
    if held.status in ("nominating", "screening", "publicity") and walk.chance(0.02):
        return judging.cancel(
            round=held, reason="规则没有写清同分怎么办。", actor=walk.who("leader"), at=walk.at
        )
    return STEPS[held.status](walk, held)


def _nominations(held: AwardRound, *states: str) -> list[Nomination]:
    rows = held.nominations.select_related("round", "suggestion__jurisdiction").order_by("pk")
    return list(rows.filter(status__in=states) if states else rows)


def _some(walk: Walk, found: list[Nomination]) -> Nomination:
    if not found:
        raise Nothing("no nomination of that kind")
    return walk.dice.choice(found)


def _nominate(walk: Walk, held: AwardRound) -> object:
    if held.nominations.count() > 3 and walk.chance(0.5):
        return awarding.close_nominations(round=held, actor=walk.who("triage_officer"), at=walk.at)
    item = walk.item(Case.ANSWERED, Case.CLOSED, newest=30)
    return awarding.nominate(
        round=held, suggestion=item, merits="花钱少，等车的老人当天就有地方坐。",
        actor=walk.who("triage_officer", f"unit_head:{walk.lead(item)}"), at=walk.at,
    )  # fmt: skip


def _screen(walk: Walk, held: AwardRound) -> object:
    office = walk.who("triage_officer")
    waiting = _nominations(held, "nominated")
    if not waiting:
        if not _nominations(held, "screened"):
            return judging.cancel(
                round=held, reason="没有可评的提名。", actor=walk.who("leader"), at=walk.at
            )
        return awarding.start_scoring(round=held, actor=office, at=walk.at, seed=f"{walk.acts}")
    if walk.chance(0.1):
        return awarding.settle_same_idea(
            nominations=_nominations(held, "nominated", "screened")[:2], actor=office, at=walk.at
        )
    one = _some(walk, waiting)
    if walk.chance(0.1):
        return awarding.screen_out(
            nomination=one, reason="去年已经办成，不再评。", actor=office, at=walk.at
        )
    text = awarding.masked(one.masked_text) or "路口加一张长椅"
    return awarding.screen_in(
        nomination=one, title=awarding.masked(one.masked_title) or "一件建议", text=text, actor=office, at=walk.at
    )  # fmt: skip


def _judge(walk: Walk, held: AwardRound) -> object:
    """Some sheets at a time; the end of it when all are in."""
    entered = _nominations(held, "screened")
    missing = [
        (n, j) for n in entered for j in held.jurors.select_related("user") if not n.scores.filter(juror=j).exists()
    ]  # fmt: skip
    if not missing:
        return judging.close_scoring(round=held, actor=walk.who("triage_officer"), at=walk.at)
    for nomination, juror in missing[:5]:
        actor = Actor.staff(juror.user, Role.EXPERT)
        if juror.order == 1 and walk.chance(0.1):
            judging.recuse(
                nomination=nomination, reason="和提名单位有课题合作", actor=actor, at=walk.at
            )
        else:
            marks = {k: walk.dice.randrange(101) for k in ("novelty", "feasibility", "benefit")}
            judging.score(nomination=nomination, actor=actor, at=walk.at, **marks)
    return held


def _shortlist(walk: Walk, held: AwardRound) -> object:
    office = walk.who("triage_officer")
    if _nominations(held, "shortlisted"):
        return judging.start_publicity(round=held, actor=office, at=walk.at)
    return judging.shortlist(round=held, actor=office, at=walk.at)


def _show(walk: Walk, held: AwardRound) -> object:
    waiting = AwardObjection.objects.filter(nomination__round=held, upheld=None)
    objection = waiting.select_related("nomination").first()
    if objection is not None:
        return judging.answer_objection(
            objection=objection, upheld=walk.chance(0.5), answer="核对了收到时间，结论如上，请放心。", actor=walk.who("triage_officer"), at=walk.at
        )  # fmt: skip
    if walk.chance(0.15):
        return judging.object_to(
            nomination=_some(walk, _nominations(held, "publicity_period")), text="听说别的街道三月就这样做了，是不是最早提的？",
            actor=walk.who("intake_clerk"), at=walk.at,
        )  # fmt: skip
    return judging.approve(round=held, actor=walk.who("leader"), at=walk.at)


def _reward(walk: Walk, held: AwardRound) -> object:
    office = walk.who("triage_officer")
    told = _nominations(held, "notified")
    if found := _nominations(held, "approved"):
        return judging.notify(nomination=found[0], actor=office, at=walk.at)
    if not told:
        return judging.finish(round=held, actor=office, at=walk.at)
    one = _some(walk, told)
    if walk.chance(0.2):
        return judging.agree_to_name(
            nomination=one, name=walk.dice.choice(("林先生", "")), actor=walk.who("intake_clerk"), at=walk.at
        )  # fmt: skip
    if not hasattr(one, "payment"):
        return judging.collect_payment(
            nomination=one, payee="示例获奖人", identity_number="000000190001010000", bank="示例银行", account="0000000000000000",
            actor=office, at=walk.at,
        )  # fmt: skip
    return judging.pay(nomination=one, paid_on=walk.day(), actor=office, at=walk.at)


STEPS = {
    "nominating": _nominate, "screening": _screen, "scoring": _judge, "shortlisting": _shortlist, "publicity": _show,
    "approved": _reward,
}  # fmt: skip
