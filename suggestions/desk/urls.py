"""Addresses of the desk, mounted under /admin/desk/ (suggestions/wagtail_hooks.py). Namespace "desk"."""

from django.urls import URLPattern, path

from suggestions.desk import (
    acts,
    bulk,
    entry,
    home,
    inbox,
    item,
    notices,
    publication,
    queue,
    reply,
    reply_review,
)

app_name = "desk"

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("queue/", queue.queue, name="queue"),
    path("supervision/", queue.supervision, name="supervision"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("entry/", entry.entry, name="entry"),
    path("entry/<str:token>/", entry.entry_receipt, name="entry_receipt"),
    path("publication/", publication.publication_queue, name="publication_queue"),
    path("publication/<int:pk>/", publication.publication, name="publication"),
    path("items/<str:case_no>/", item.item, name="item"),
    path("items/<str:case_no>/contact/", item.reveal, name="reveal"),
    path("items/<str:case_no>/sign-in/", inbox.sign_in, name="sign_in"),
    path("items/<str:case_no>/reply/", reply.reply, name="reply"),
    path("items/<str:case_no>/opinion/", reply.opinion, name="opinion"),
    path("items/<str:case_no>/review/", reply_review.review, name="review"),
    path("items/<str:case_no>/page/", publication.page_state, name="page_state"),
    path("items/<str:case_no>/<slug:act>/", acts.act, name="act"),
]
