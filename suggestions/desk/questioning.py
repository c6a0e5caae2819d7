"""Public questioning at the desk: moderation, answers, promises until they are kept (process.md 6.2)."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import kinds, steering
from suggestions.desk import steering_fields as f
from suggestions.desk.kinds import Act, Block, Kind, Row, Step, StepForm, serve
from suggestions.desk.steering_fields import date_words
from suggestions.desk.supervision import ReasonForm
from suggestions.matrix import MATRIX
from suggestions.models import QaPromise, QaQuestion, QaSession, Unit
from suggestions.services import questioning
from suggestions.states import BY_NAME
from suggestions.states.qa_session import QaSession as State

MODERATE = tuple(MATRIX["moderate_questions"])
ANSWER = tuple(MATRIX["answer_questions"])
KEEP = tuple(MATRIX["keep_meetings"])


class PlanForm(StepForm):
    theme = f.line(_("主题"), 80)
    kind = f.choice(_("种类"), QaSession.Kind.choices)
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=_("被问单位"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选一个单位。")},
    )
    head_present = f.line(_("到场负责人"), 120, help_text=_("写职务，例如“市交通局局长”。"))
    background = f.text(_("背景"), 3000, required=False)
    year = f.number(_("述职的年度"), 2000, 2100, required=False, help_text=_("年度述职评议要填。"))
    report = f.text(_("述职报告"), 10000, required=False, rows=8, help_text=_("年度述职评议要填。"))
    opens_on = f.day(_("开始提问"))
    closes_on = f.day(_("截止提问"))
    held_on = f.day(_("问政日期"), required=False)
    place = f.line(_("地点或直播地址"), 200, required=False)

    def prepare(self) -> None:
        field = self.fields["units"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Unit.objects.filter(
            jurisdiction__path__startswith=self.step.jurisdiction.path,
            is_active=True,
            is_collection_office=False,
        )
        self.initial["kind"] = QaSession.Kind.QUESTIONING


def _session_units(form: StepForm, *, required: bool) -> None:
    field = form.fields["unit"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = form.step.record.units.all()
    field.required = required


class AskForm(StepForm):
    text = f.text(_("问题"), 1000)
    source = f.choice(
        _("谁问的"),
        [(s.value, s.label) for s in QaQuestion.Source if s != QaQuestion.Source.RESIDENT],
    )
    unit = f.unit(_("问哪个单位"), required=False)
    contact = f.line(_("联系方式"), 100, required=False, help_text=_("加密保存，不公开。"))

    def prepare(self) -> None:
        _session_units(self, required=False)
        self.initial["source"] = QaQuestion.Source.PHONE


class ReleaseForm(StepForm):
    public_text = f.text(
        _("公开的问题"), 1200, help_text=_("已按规则遮盖，请再看一遍有没有人名、住址。")
    )
    unit = f.unit(_("由哪个单位答"))

    def prepare(self) -> None:
        _session_units(self, required=True)
        question = self.step.part
        self.initial.update(
            public_text=question.public_text or questioning.proposed_text(question),
            unit=question.unit,
        )


class AnswerForm(StepForm):
    text = f.text(_("答复"), 3000, rows=8)
    measure = f.line(
        _("承诺做什么"), 300, required=False, help_text=_("写了承诺，就一直跟踪到兑现。")
    )
    due_on = f.day(_("哪天前做到"), required=False)


class KeepForm(StepForm):
    proof = f.text(_("怎么兑现的"), 500, rows=3, help_text=_("会公开，不写人名和住址。"))


class MoveForm(StepForm):
    due_on = f.day(_("新日期"))
    reason = f.text(_("改期理由"), 300, rows=3, help_text=_("会公开，原来的日期也一直显示。"))


def _plan(held: dict[str, Any], step: Step) -> Any:
    units = list(held.pop("units"))
    session = QaSession(jurisdiction=step.jurisdiction, **held)
    return questioning.plan(session=session, units=units, actor=step.actor, at=step.at)


def _question(session: Any, pk: int) -> QaQuestion | None:
    found: QaQuestion | None = session.questions.select_related("session").filter(pk=pk).first()
    return found


def _promise(session: Any, pk: int) -> QaPromise | None:
    rows = QaPromise.objects.filter(question__session=session, pk=pk, kept_on=None)
    return rows.select_related("question__session", "unit").first()


def _rows(_request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("jurisdiction").prefetch_related("units")


def _blocks(request: HttpRequest, held: QaSession) -> list[Block]:
    today = local_date(timezone.now())
    questions = held.questions.select_related("unit")
    if not access.record_actor(request.user, held, MODERATE):
        mine = {u.pk for u in access.scope(request.user).units}
        questions = questions.filter(state=QaQuestion.State.SHOWN, unit__in=mine)
    promises = QaPromise.objects.filter(question__session=held).select_related("unit")
    return [
        Block(
            _("问政"),
            [
                (_("种类"), str(held.get_kind_display())),
                (_("年度"), str(held.year or "")),
                (_("单位"), "，".join(u.short_name for u in held.units.all())),
                (_("到场负责人"), held.head_present),
                (_("提问时间"), f"{date_words(held.opens_on)}至{date_words(held.closes_on)}"),
                (_("问政日期"), date_words(held.held_on)),
                (_("地点"), held.place),
                (_("述职报告"), held.report),
            ],
            text=held.background,
        ),
        Block(
            _("问题和答复"),
            headers=[_("问题"), _("来源"), _("单位"), _("状态"), _("答复")],
            empty=_("还没有问题。"),
            rows=[
                Row(
                    [
                        q.public_text or q.text,
                        str(q.get_source_display()),
                        q.unit.short_name if q.unit else "",
                        f.listed([str(q.get_state_display()), q.hidden_reason]),
                        q.answer,
                    ],
                    []
                    if q.answered_at
                    else steering.part_links(
                        request,
                        "questioning",
                        held,
                        q,
                        *(["answer"] if q.state == QaQuestion.State.SHOWN else ["release"]),
                        *(["hide"] if q.state != QaQuestion.State.HIDDEN else []),
                    ),
                )
                for q in questions
            ],
        ),
        Block(
            _("承诺"),
            headers=[_("单位"), _("承诺"), _("兑现日期"), _("状态"), _("怎么兑现的")],
            empty=_("没有承诺。"),
            rows=[
                Row(
                    [
                        p.unit.short_name,
                        p.measure,
                        date_words(p.promised_on)
                        + (
                            f"（原定{date_words(p.first_promised_on)}）"
                            if p.promised_on != p.first_promised_on
                            else ""
                        ),
                        str(p.state_on(today).label),
                        p.proof,
                    ],
                    []
                    if p.kept_on
                    else steering.part_links(request, "questioning", held, p, "keep", "move"),
                )
                for p in promises
            ],
        ),
    ]


_OFFICE = BY_NAME["qa_plan"].roles
_ASKED = [State.COLLECTING, State.ANSWERING]
kinds.register(
    Kind(
        slug="questioning", room="meetings", label=_("问政"), model=QaSession, see="see_meetings",
        open_states=[State.PLANNED, *_ASKED, State.FOLLOWING], headers=[_("主题"), _("单位"), _("提问时间")],
        cells=lambda s: [s.theme, "，".join(u.short_name for u in s.units.all()), f"{date_words(s.opens_on)}至{date_words(s.closes_on)}"],
        blocks=_blocks, rows=_rows, intro=_("问题审核后公开，单位答复；答复里的承诺一条一条跟踪，全部兑现才办结。"),
        acts=[
            Act("plan", _("筹备问政"), _plan, _OFFICE, form=PlanForm, begins=True, primary=True),
            Act("open", _("开始征集问题"), serve(questioning.open_window, "session"), _OFFICE, [State.PLANNED],
                advice=_("到了开始提问那天会自动开始，也可以现在就开始。")),
            Act("ask", _("代录问题"), serve(questioning.ask, "session"), KEEP, [State.COLLECTING], AskForm,
                _("电话里的提问，代表委员和媒体公开检查发现的问题。"), primary=True),
            Act("begin", _("开始答问"), serve(questioning.begin_answers, "session"), _OFFICE, [State.COLLECTING],
                advice=_("不再收新的问题，单位开始逐个答复。")),
            Act("follow", _("进入跟踪"), serve(questioning.follow, "session"), _OFFICE, [State.ANSWERING],
                advice=_("问题都审核、答复以后，进入跟踪承诺。"), primary=True),
            Act("close", _("办结"), serve(questioning.close, "session"), _OFFICE, [State.FOLLOWING],
                advice=_("承诺全部兑现以后才能办结。")),
            Act("cancel", _("取消问政"), serve(questioning.cancel, "session"), BY_NAME["qa_cancel"].roles,
                [State.PLANNED, State.COLLECTING], ReasonForm, _("理由会公开。")),
            Act("release", _("审核公开"), serve(questioning.release, "question"), MODERATE, _ASKED, ReleaseForm,
                part=_question, shows=lambda q: q.text),
            Act("hide", _("不公开"), serve(questioning.hide, "question"), MODERATE, _ASKED, ReasonForm, part=_question,
                shows=lambda q: q.text),
            Act("answer", _("答复"), serve(questioning.answer, "question"), ANSWER, _ASKED, AnswerForm, part=_question,
                shows=lambda q: q.public_text),
            Act("keep", _("登记兑现"), serve(questioning.keep, "promise"), ANSWER, [State.ANSWERING, State.FOLLOWING],
                KeepForm, part=_promise, shows=lambda p: p.measure),
            Act("move", _("改期"), serve(questioning.move_promise, "promise"), ANSWER,
                [State.ANSWERING, State.FOLLOWING], MoveForm, part=_promise, shows=lambda p: p.measure),
        ],
    )
)  # fmt: skip
