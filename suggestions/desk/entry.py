"""Entry on behalf: a letter, a call or a visit becomes an item with its true arrival date, and its receipt is printed.

Oral matters are written down truthfully and read back (XF 19); all channels end in the one system (XF 21).
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django.core import signing
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions import access, channels, numbers, rules, uploads
from suggestions.actor import Actor
from suggestions.crypto import possible_hashes
from suggestions.desk import common
from suggestions.desk.entry_forms import EntryForm
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import Attachment, Jurisdiction, StaffRole
from suggestions.public.receipt import qr_code
from suggestions.selectors import timeline, workload
from suggestions.services import attachments, intake

ENTERERS = MATRIX["enter_offline"]
_SALT = "desk-entry-files"
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("来件", ("channel", "received_on", "external_no")),
    ("内容", ("title", "problem", "proposal", "topic", "district", "place", "addressed_to")),
    (
        "建议人",
        (
            "kind",
            "name",
            "phone",
            "email",
            "address",
            "contact_channel",
            "hide_identity_from_unit",
            "joint",
            "age_band",
            "guardian_name",
            "guardian_phone",
            "guardian_consent",
        ),
    ),
    ("公开和核对", ("publish_consent", "name_display", "told_rules", "read_back")),
)
"""Heading → fields, in the order of the form."""


@common.desk_view(common.ENTRY_ROLES)
def entry(request: HttpRequest) -> HttpResponse:
    role = access.scope(request.user).holds(ENTERERS)[0]
    place = role.jurisdiction
    if request.method != "POST":
        form = EntryForm(place=place, now=timezone.now(), key=uuid.uuid4().hex)
        chosen = request.GET.get("channel", "")
        form.initial["channel"] = chosen if chosen in channels.WAYS else ""
        return _show(request, form, [])
    files, refused = _files(request)
    posted = request.POST.copy()
    posted["kept"] = _sign(request, files)
    form = EntryForm(posted, place=place, now=timezone.now(), key="")
    for message in refused:
        form.add_error(None, message)
    if "drop" in request.POST:
        # Taking a file away is not sending the form: no complaints about what is still to be filled.
        shown = {n: posted.get(n, "") for n in EntryForm.base_fields}
        form = EntryForm(place=place, now=timezone.now(), key="")
        form.initial.update(shown)
        return _show(request, form, files)
    if form.is_valid():
        try:
            receipt = _submit(request, form, place, role, files)
        except DomainError as error:
            common.show_errors(form, error)
        else:
            workload.forget_menu_counts(request.user)
            return redirect("desk:entry_receipt", receipt.token)
    return _show(request, form, files, status=422)


def _submit(
    request: HttpRequest,
    form: EntryForm,
    place: Jurisdiction,
    role: StaffRole,
    files: Sequence[Attachment],
) -> intake.Receipt:
    user: Any = request.user
    try:
        return intake.submit(
            submission=form.submission(files),
            jurisdiction=place,
            idempotency_key=f"entry:{form.cleaned_data['key']}",
            actor=Actor.staff(user, role.role),
            at=form.now,
            limits=rules.ON_RECORD,
            entered_by=user,
        )
    except IntegrityError as error:
        # A colleague entered the same outside number between our look and our writing.
        raise DomainError(_("这个编号刚才已经有人登记了，请核对。")) from error


def _files(request: HttpRequest) -> tuple[list[Attachment], list[str]]:
    """Scans kept from an earlier try and those sent now; and a sentence for each that could not be taken."""
    held, refused = _kept(request), []
    drop = request.POST.get("drop", "")
    for gone in [a for a in held if a.token == drop]:
        attachments.remove(gone)
    held = [a for a in held if a.token != drop]
    for file in request.FILES.getlist("scans"):
        if len(held) >= uploads.MAX_FILES:
            refused.append(_("最多传%(n)d个文件，后面的没有收。") % {"n": uploads.MAX_FILES})
            break
        try:
            held.append(attachments.store(file=file, origin=Attachment.Origin.SCAN))
        except uploads.UploadRefused as error:
            shown = uploads.safe_original_name(str(file.name or ""))
            refused.append(f"{shown}：{error.message_zh}")
    return held, refused


def _sign(request: HttpRequest, files: Sequence[Attachment]) -> str:
    """The kept files as this clerk's own, so that nobody attaches what another one uploaded."""
    return signing.dumps({"user": request.user.pk, "files": [a.pk for a in files]}, salt=_SALT)


def _kept(request: HttpRequest) -> list[Attachment]:
    try:
        held = signing.loads(request.POST.get("kept", ""), salt=_SALT, max_age=86_400)
    except signing.BadSignature:
        return []
    if held.get("user") != request.user.pk:
        return []
    own = Attachment.objects.filter(pk__in=held.get("files", []), origin=Attachment.Origin.SCAN)
    # A second click comes after the first has taken the files: they are still this form's.
    key = f"entry:{request.POST.get('key', '')[:80]}"
    rows = own.select_related("suggestion").order_by("pk")
    return [a for a in rows if a.suggestion is None or a.suggestion.idempotency_key == key]


def _show(
    request: HttpRequest, form: EntryForm, files: Sequence[Attachment], *, status: int = 200
) -> HttpResponse:
    return common.page(
        request,
        "suggestions/desk/entry.html",
        title=_("代为登记"),
        status=status,
        form=form,
        groups=[
            (label, [form[n] for n in names + (form.asked() if label == "来件" else ())])
            for label, names in _GROUPS
        ],
        ways=[(w.channel.value, w.channel.label, w.arrival) for w in channels.WAYS.values()],
        chosen=str((form.data if form.is_bound else form.initial).get("channel") or ""),
        files=files,
        limit=uploads.MAX_FILES,
        megabytes=uploads.MAX_BYTES // 1024 // 1024,
    )


@common.desk_view(common.ENTRY_ROLES)
def entry_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt to print and hand over. Only whoever entered the item sees it here."""
    item = (
        access.readable(request.user)
        .filter(
            receipt_hash__in=possible_hashes("receipt", token[:200]), entered_by_id=request.user.pk
        )
        .select_related("jurisdiction", "lead_unit")
        .first()
    )
    if item is None:
        raise Http404
    address = request.build_absolute_uri(reverse("suggestions:receipt", args=[token]))
    return common.page(
        request,
        "suggestions/desk/entry_receipt.html",
        title=_("回执"),
        crumbs=[(_("代为登记"), reverse("desk:entry"))],
        item=item,
        query_code=numbers.query_code_on_receipt(token, item.query_code_hash),
        qr=qr_code(address),
        track_url=request.build_absolute_uri(reverse("suggestions:track")),
        turn=timeline.turn(item, at=timezone.now()),
    )
