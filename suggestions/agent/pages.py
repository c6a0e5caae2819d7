"""The first page of /agent/ and its own plain sign-in."""

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from suggestions.agent import common
from suggestions.agent.drafts import find
from suggestions.clock import local_date
from suggestions.selectors import agents as selector
from suggestions.states.relay import Relay
from suggestions.statistics import agents as figures


class SignInForm(AuthenticationForm):
    """Django's own, in our words; which of the two was wrong is not said."""

    error_messages = {
        "invalid_login": gettext_lazy(
            "用户名或密码不对，请再看一遍。忘了密码，请联系征集办公室的管理员。"
        ),
        "inactive": gettext_lazy("这个账号停用了，请联系征集办公室的管理员。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("用户名")
        self.fields["password"].label = _("密码")
        self.fields["username"].error_messages["required"] = _("请填用户名。")
        self.fields["password"].error_messages["required"] = _("请填密码。")


class SignIn(LoginView):
    """Works on an old telephone; failures are counted as everywhere (axes)."""

    template_name = "suggestions/agent/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        return reverse("agent:home")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "again": self.request.GET.get("again")}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        status = 422 if context["form"].errors else 200
        return common.private(super().render_to_response(context, status=status, **kwargs))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("agent:sign_in")


@common.agent_view
def home(request: HttpRequest) -> HttpResponse:
    """My people's items with what to do, those awaiting a yes, and requests from below. A fixed number of queries."""
    now = timezone.now()
    role = common.agent_role(request)
    rows = selector.my_items(request.user, at=now)
    asked: Any = request.user
    return render(
        request,
        "suggestions/agent/home.html",
        {
            "rows": rows,
            "urgent": sum(r.urgent for r in rows),
            "waiting": list(selector.mandates_of(request.user)),
            "relays": selector.relays_to(request.user, on=local_date(now))
            .filter(status=Relay.OPEN)
            .count(),
            "draft": find(request),
            "own": figures.own_cases(request.user, local_date(now)),
            "role": role,
            "note": done_words().get(request.GET.get("done", ""), ""),
            "notices": list(asked.notices.filter(read_at=None, code__startswith="agent.")[:5]),
        },
    )


def done_words() -> dict[str, str]:
    """What the next page says after an act (?done=…)."""
    return {
        "kept": _("草稿存好了，回来接着写。"),
        "taken": _("接下来了，已经写进这件的经过。"),
        "confirmed": _("本人确认了，委托从现在起有效。"),
        "sent": _("验证码发到本人手机上了，30分钟内有效。"),
        "laid_down": _("委托交回了，本人会看到。"),
        "withdraw": _("本人确认了，这件已经撤回。"),
        "duty": _("记下了。"),
        "visit": _("记下了。"),
        "photo": _("照片收到了。"),
        "supplement": _("补充交上去了，期限接着算。"),
        "relay": _("已经请上级帮忙，两个工作日内答复。"),
        "words": _("本人的评价记下了，并且告诉了本人。"),
        "withdraw_ask": _("验证码发到本人手机上了。请本人念给您，再填到下面。"),
        "answer": _("答复发出去了。"),
        "press": _("催办发出去了，承办单位和本人都看得到。"),
        "take_back": _("请求收回了。"),
    }
