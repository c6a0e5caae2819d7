"""Who is told what: the outbox's notice rows become SMS, e-mail and in-site lines."""


def register_handlers() -> None:
    """Let the outbox reach us."""
