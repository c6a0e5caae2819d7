"""Impact assessments in each state, and the register of data given out: by the portal itself and by hand (9.1)."""

from datetime import timedelta
from typing import TYPE_CHECKING

from suggestions.clock import local_date
from suggestions.codes import AssessmentKind
from suggestions.models import ArchivePackage, DataGiven, ExportJob
from suggestions.roles import Role
from suggestions.services import archiving, assessments, exports, given_out
from suggestions.states.export import Export

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

# kind, title, purpose, necessity, effect, measures
TEXTS = (
    (
        AssessmentKind.PUBLISH, "建议和答复公开发布的影响评估",
        "在网站公开建议和答复，让大家看到建议办得怎样。公开的是遮盖以后的文字。",
        "职责所需，署名另取得本人单独同意。只公开标题、问题、做法和答复，不公开联系方式。",
        "遮盖漏掉一处，可能让人认出建议人，受到打扰。可能性低，一旦发生影响不小。",
        "系统先标出个人信息，两人先后复核；每页有投诉按钮，先撤下再处理。",
    ),
    (
        AssessmentKind.GIVE_OUT, "寄送书面答复委托查询地址的影响评估",
        "向邮政部门提供收件人姓名和地址，寄送书面答复。",
        "本人选择书面答复，不提供地址寄不到。不提供建议内容。",
        "信封上写明来信单位，家人可能知道本人写过建议。",
        "信封只写地址和姓名，不写事由；回执半年后销毁。",
    ),
    (
        AssessmentKind.AUTOMATED, "主题和单位提示的影响评估",
        "系统按文字提示主题、承办单位和相似的建议，由分办员决定。",
        "减少转错的件。只看建议的文字，不看写的人。",
        "提示错了会耽误几天，不影响任何人的权利。",
        "提示从不自动生效，采用不采用都有记录，每月公布准确率。",
    ),
    (
        AssessmentKind.MINORS, "处理未成年人信息的影响评估",
        "未满18周岁的人提建议时，登记监护人的同意和联系方式。",
        "未成年人可以提建议，不满14周岁须监护人同意。",
        "学校和年级连在一起能认出本人。",
        "查看须事先批准并留记录，公开页从不署名，每年审计一次。",
    ),
)  # fmt: skip
_PARTS = ("title", "purpose", "necessity", "effect", "measures")


def seed(city: "Seeder") -> None:
    """One assessment in each state; an entry by hand, one of a fetched list, one of an opened package."""
    officer, leader = city.actor(Role.PRIVACY_OFFICER), city.actor(Role.LEADER)
    steps = (("sign", 300), ("sign", 396), ("return", 9), ("", 2))
    for (kind, *words), (step, days) in zip(TEXTS, steps, strict=True):
        at = city.now - timedelta(days=days)
        made = assessments.write(
            jurisdiction=city.jurisdiction, kind=kind, words=dict(zip(_PARTS, words, strict=True)),
            valid_until=local_date(at) + timedelta(days=365), actor=officer, at=at,
        )  # fmt: skip
        if step == "sign":
            assessments.sign(assessment=made, actor=leader, at=at + timedelta(days=1))
        elif step == "return":
            assessments.send_back(
                assessment=made,
                reason="没有写提示错了怎样改正，请补上。",
                actor=leader,
                at=at + timedelta(days=1),
            )
    assessments.sweep(now=city.now)
    given_out.enter(
        jurisdiction=city.jurisdiction, persons=12, given_on=local_date(city.now) - timedelta(days=120), actor=officer,
        words={
            "recipient": "市邮政局投递科", "data_kinds": "姓名、通信地址", "purpose": "寄送书面答复",
            "basis": "本人选择书面答复；个人信息保护法第十三条第三项", "way": "密封清单当面交接",
        },
        at=city.now - timedelta(days=119),
    )  # fmt: skip
    named = ExportJob.objects.filter(status=Export.READY, grant__isnull=False).first()
    if named is not None:
        exports.fetch(job=named, actor=officer, at=city.now - timedelta(minutes=20)).close()
    package = ArchivePackage.objects.order_by("pk").first()
    if package is not None:
        archiving.open_package(
            package=package,
            reason="档案主管部门年检抽查",
            actor=officer,
            at=city.now - timedelta(minutes=15),
        )
        held = DataGiven.objects.filter(source__startswith="archive:").first()
        if held is not None:
            given_out.settle(given=held, recipient="市档案局业务指导科", actor=officer, at=city.now)
