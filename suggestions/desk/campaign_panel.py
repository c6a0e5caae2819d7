"""What an item's screen shows of the campaign it answers: the answers to the campaign's questions, and the report's group."""

from django.http import HttpRequest

from suggestions.desk import campaign_files, panels
from suggestions.models import ReportEntry, Suggestion
from suggestions.selectors.casefile import is_unit_reader
from suggestions.services import publishing


@panels.register
def panel(request: HttpRequest, item: Suggestion) -> panels.Panel | None:
    """Seven queries at most, and none for an item of no campaign. Whom the author hides from reads the answers masked (9.3)."""
    if item.campaign_id is None:
        return None
    hidden = item.hide_identity_from_unit and is_unit_reader(request.user, item)
    answers = [
        (a.label or "", publishing.masked(a.value) if hidden else a.value)
        for a in item.campaign_answers.all()
    ]
    entry = ReportEntry.objects.filter(suggestion=item).select_related("group").first()
    files = campaign_files.offered(request.user, item.campaign)
    if not answers and entry is None and not files:
        return None
    context = {
        "answers": answers, "group": entry.group if entry else None, "files": files, "campaign": item.campaign,
    }  # fmt: skip
    return panels.Panel("suggestions/desk/campaign_panel.html", context)
