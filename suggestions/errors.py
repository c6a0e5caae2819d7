"""What the domain refuses, in words a person can read. Views and the API show `str(error)` as it is."""

from django.utils.translation import gettext as _


class DomainError(Exception):
    """A rule of the domain said no. `code` is stable, for the API."""

    code = "not_possible"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("这一步现在不能做。"))


class NotAllowed(DomainError):
    """This actor may not do this."""

    code = "not_allowed"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("您的角色不能做这一步。"))


class WrongState(DomainError):
    """The table has no such row from the present state."""

    code = "wrong_state"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("这件建议现在的状态不能做这一步，请刷新页面再看。"))


class ChangedMeanwhile(DomainError):
    """Somebody else was first (optimistic lock)."""

    code = "changed_meanwhile"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message or _("刚才有人处理了这件建议，请刷新页面看最新情况，您填的内容还在。")
        )


class IdempotencyConflict(DomainError):
    """The key was used for another body."""

    code = "idempotency_conflict"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message or _("这份表单已经提交过，内容和上次不一样。要提另一件建议，请重新开始填写。")
        )


class Invalid(DomainError):
    """Fields that are not right: `errors` maps field names to lists of sentences."""

    code = "invalid"

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        super().__init__("；".join(m for ms in errors.values() for m in ms))
