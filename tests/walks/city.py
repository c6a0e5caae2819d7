"""The small city with what the walks need besides: a channel for reports, a jury that can be drawn, a second leader, the site's pages."""

from typing import Any

from django.contrib.auth import get_user_model

from cms.setup import ensure_groups, ensure_pages
from suggestions.models import RedirectTarget, StaffRole, Unit
from suggestions.roles import Role
from tests import world as w
from tests.world import World


def make_city() -> World:
    city = w.make_world()
    ensure_groups()
    ensure_pages(title="测试市人民建议征集")
    RedirectTarget.objects.create(
        code="jiwei", name="测试市纪委监委", categories=["report_misconduct"], legal_basis="《信访工作条例》第三十条"
    )  # fmt: skip
    # A rank compares three units or more (process.md 8.3).
    Unit.add_root(code="parks", name="测试市园林局", short_name="市园林局", jurisdiction=city.jurisdiction)  # fmt: skip
    for key in ("expert_2", "expert_3", "expert_4", "leader_2"):
        city.users[key] = _user(city, key)
    return city


def _user(city: World, key: str) -> Any:
    user = get_user_model().objects.create_user(username=key, password="correct horse battery")
    role = Role(key.removesuffix(key[-2:]))
    StaffRole.objects.create(user=user, role=role, jurisdiction=city.jurisdiction)
    return user
