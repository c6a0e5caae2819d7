"""Who may do what, as one table (process.md 2.2). Pure; `access/` turns it into query filters and loaders.

Scopes: `unit` = items assigned to the role's unit; `jurisdiction` = items of the role's jurisdiction and those below;
`own` = what names the user (a mandate, a paper to judge). What has no row nobody may do. Acts that change a state take
their roles from the rows of `states/`.
"""

from suggestions.roles import Role

R = Role
UNIT, JURISDICTION, OWN = "unit", "jurisdiction", "own"
AGENTS_OWN: dict[str, str] = {R.AGENT_L1: OWN, R.AGENT_L2: OWN, R.AGENT_L3: OWN, R.AGENT_L4: OWN}
"""Agents reach what a living mandate gives them, and nothing else (process.md 3.3)."""


def _here(*roles: Role) -> dict[str, str]:
    return dict.fromkeys(roles, JURISDICTION)


def _unit(*roles: Role) -> dict[str, str]:
    return dict.fromkeys(roles, UNIT)


def _own(*roles: Role) -> dict[str, str]:
    return dict.fromkeys(roles, OWN)


_TEAM = _unit(R.LIAISON, R.HANDLER, R.UNIT_HEAD)

MATRIX: dict[str, dict[str, str]] = {
    "read_original": {
        **_here(R.INTAKE_CLERK, R.TRIAGE_OFFICER),
        **_TEAM,
        **_here(R.PUBLISHER, R.SUPERVISOR, R.LEADER),
        **AGENTS_OWN,
    },
    # With a reason, logged. Agents only while their mandate lives and its author agreed to it (3.3). Units only while the author does not hide from them, and only the channel chosen (9.3).
    "reveal_contact": {
        **_here(R.INTAKE_CLERK, R.TRIAGE_OFFICER),
        **_TEAM,
        **_here(R.SUPERVISOR, R.LEADER, R.PRIVACY_OFFICER),
        **AGENTS_OWN,
    },
    "see_hints": _here(R.TRIAGE_OFFICER, R.SUPERVISOR),
    # 4.4 and the work at the desk: locks, notes, officers, lists in files.
    "take_over_lock": {
        **_here(R.TRIAGE_OFFICER, R.SUPERVISOR, R.LEADER, R.INTAKE_CLERK, R.PUBLISHER),
        **_TEAM,
    },
    "write_note": {
        **_here(R.TRIAGE_OFFICER, R.SUPERVISOR, R.INTAKE_CLERK, R.LEADER, R.PUBLISHER),
        **_TEAM,
    },
    "give_officer": _here(R.TRIAGE_OFFICER, R.SUPERVISOR),
    "add_tag": {R.TRIAGE_OFFICER: JURISDICTION},
    "see_exports": _own(
        R.TRIAGE_OFFICER,
        R.SUPERVISOR,
        R.LEADER,
        R.INTAKE_CLERK,
        R.LIAISON,
        R.HANDLER,
        R.UNIT_HEAD,
        R.PRIVACY_OFFICER,
    ),
    # With leave of two others (services/named_exports); nobody else exports a name (2.2, last row).
    "export_identities": {R.PRIVACY_OFFICER: JURISDICTION},
    "see_audit": _here(R.SUPERVISOR, R.PRIVACY_OFFICER, R.TRIAGE_OFFICER),
    "choose_representatives": _here(R.INTAKE_CLERK, R.TRIAGE_OFFICER),
    "enter_offline": {R.INTAKE_CLERK: JURISDICTION},
    "change_arrival": _here(R.INTAKE_CLERK, R.TRIAGE_OFFICER),
    "open_emergency": _here(R.SUPERVISOR, R.LEADER),
    "split_case": _here(R.TRIAGE_OFFICER, R.INTAKE_CLERK),
    "enter_on_behalf": AGENTS_OWN,
    "serve_as_agent": AGENTS_OWN,
    "answer_relay": _here(R.AGENT_L2, R.AGENT_L3, R.AGENT_L4),
    "see_agents": _here(R.INTAKE_CLERK, R.TRIAGE_OFFICER, R.SUPERVISOR),
    # Where people go and who sits there (3.2, 3.3). Whether somebody is an agent at all is granted by the security administrator.
    "keep_service_points": {R.TRIAGE_OFFICER: JURISDICTION, R.SYS_ADMIN: JURISDICTION},
    # The lawful channels for what is no suggestion (4.3): who sends people there keeps them.
    "keep_redirect_targets": {R.TRIAGE_OFFICER: JURISDICTION, R.SYS_ADMIN: JURISDICTION},
    "appoint_agents": {R.TRIAGE_OFFICER: JURISDICTION},
    "manage_invited": {R.TRIAGE_OFFICER: JURISDICTION},
    "draft_reply": _unit(R.LIAISON, R.HANDLER),
    "ask_signature": _unit(R.LIAISON, R.HANDLER),
    "return_draft": {R.UNIT_HEAD: UNIT},
    "give_opinion": _unit(R.LIAISON, R.HANDLER),
    # Answers and what follows them (4.7; T15 to T19).
    "log_contact": {**_TEAM, R.TRIAGE_OFFICER: JURISDICTION},
    "note_delivery": {**_unit(R.LIAISON, R.HANDLER), **_here(R.INTAKE_CLERK, R.TRIAGE_OFFICER)},
    "keep_templates": {**_TEAM, R.TRIAGE_OFFICER: JURISDICTION},
    "see_commitments": {**_TEAM, **_here(R.TRIAGE_OFFICER, R.SUPERVISOR, R.LEADER, R.PUBLISHER)},
    "release_proof": {R.PUBLISHER: JURISDICTION},
    "download_archive": _here(R.SUPERVISOR, R.PRIVACY_OFFICER),
    # Steering (6, 8.1): what the office and the leaders run; units see what is addressed to them.
    "see_orders": {**_here(R.SUPERVISOR, R.LEADER, R.TRIAGE_OFFICER), **_TEAM},
    # 8.4: of topics and places. Units see what is theirs by matter or by place; the analyst reads counts and numbers, no person.
    "see_warnings": {**_here(R.SUPERVISOR, R.LEADER, R.TRIAGE_OFFICER, R.ANALYST), **_TEAM},
    "set_warning_rules": {R.SUPERVISOR: JURISDICTION},
    "see_instructions": {**_here(R.LEADER, R.SUPERVISOR), **_TEAM},
    # Reports to those who decide (8.2): of matters, masked; no unit reads what is said of its field before it is sent.
    "see_special_reports": _here(R.SUPERVISOR, R.LEADER, R.TRIAGE_OFFICER),
    # 8.2, 8.3: every unit reads what was issued; what is put right, and what is appealed, is each unit's own.
    "see_bulletins": {**_here(R.SUPERVISOR, R.LEADER, R.TRIAGE_OFFICER), **_TEAM},
    "see_leagues": {**_here(R.SUPERVISOR, R.LEADER, R.TRIAGE_OFFICER), **_TEAM},
    "read_tray": {R.LEADER: JURISDICTION},
    "fill_tray": _here(R.TRIAGE_OFFICER, R.SUPERVISOR),
    "see_meetings": {
        **_here(R.SUPERVISOR, R.LEADER, R.TRIAGE_OFFICER, R.INTAKE_CLERK),
        R.HEARING_CHAIR: OWN,
        R.HEARING_CLERK: JURISDICTION,
        **_TEAM,
    },
    "keep_meetings": _here(R.TRIAGE_OFFICER, R.SUPERVISOR, R.HEARING_CLERK, R.INTAKE_CLERK),
    "answer_questions": _TEAM,
    "moderate_questions": _here(R.PUBLISHER, R.TRIAGE_OFFICER, R.SUPERVISOR),
    # What the public says of an answer (7.1): read before it shows, by those who release the answers themselves.
    "moderate_comments": _here(R.PUBLISHER, R.TRIAGE_OFFICER, R.SUPERVISOR),
    # Campaigns (3.1): editors write their pages, and answer with the office what is asked and what was said.
    "see_campaigns": _here(R.EDITOR, R.TRIAGE_OFFICER, R.SUPERVISOR, R.LEADER),
    "write_campaign_report": _here(R.EDITOR, R.TRIAGE_OFFICER, R.SUPERVISOR),
    # Masked, and nobody named: the host answers for the result. Of units the host's staff alone.
    "export_campaign_answers": {**_here(R.EDITOR, R.TRIAGE_OFFICER, R.SUPERVISOR), **_TEAM},
    # 4.8: units see their own, experts what they were asked to study, jurors what was screened for them.
    "see_adoptions": {**_here(R.TRIAGE_OFFICER, R.SUPERVISOR, R.LEADER), **_TEAM, R.EXPERT: OWN},
    "give_study_opinion": {**_TEAM, R.EXPERT: OWN},
    "see_awards": {
        **_here(R.TRIAGE_OFFICER, R.SUPERVISOR, R.LEADER, R.INTAKE_CLERK),
        **_own(R.JURY, R.EXPERT),
    },
    "score_award": _own(R.JURY, R.EXPERT),
    "handle_award_payment": {R.TRIAGE_OFFICER: JURISDICTION},
    # 7.1: return visits and doubtful ratings are the office's, never a unit's.
    "see_visits": _here(R.INTAKE_CLERK, R.SUPERVISOR, R.LEADER),
    "settle_rating_flag": {R.SUPERVISOR: JURISDICTION},
    # Clock rules and calendar; who changes them stands in states/time_change.py.
    "read_time_rules": _here(R.SYS_ADMIN, R.SUPERVISOR),
    "internal_statistics": _here(
        R.ANALYST, R.SUPERVISOR, R.LEADER, R.TRIAGE_OFFICER, R.INTAKE_CLERK
    ),
    # A unit reads the part of the figures that is its own (2.2, statistics P/d).
    "unit_statistics": _TEAM,
    # Privacy (process.md section 9). What changes a state takes its roles from states/rights.py.
    "see_rights": {R.PRIVACY_OFFICER: JURISDICTION},
    "see_grants": _here(R.PRIVACY_OFFICER, R.SUPERVISOR, R.LEADER),
    "ask_grant": {
        **_here(R.INTAKE_CLERK, R.TRIAGE_OFFICER),
        **_TEAM,
        **_here(R.SUPERVISOR, R.LEADER, R.PRIVACY_OFFICER),
    },
    "see_takedowns": _here(R.PUBLISHER, R.PRIVACY_OFFICER),
    "see_breaches": _here(R.PRIVACY_OFFICER, R.LEADER),
    "see_minors_audits": _here(R.PRIVACY_OFFICER, R.LEADER),
    # 9.1: impact assessments and what was given to others; the officer keeps them, a leader signs.
    "see_assessments": _here(R.PRIVACY_OFFICER, R.LEADER),
    "see_data_given": _here(R.PRIVACY_OFFICER, R.LEADER),
    "see_access_log": _here(R.PRIVACY_OFFICER, R.AUDIT_ADMIN),
    "write_message": _TEAM,
    "see_messages": {**_TEAM, **_here(R.TRIAGE_OFFICER, R.INTAKE_CLERK)},
    "declare_conflict": {
        **_here(R.INTAKE_CLERK, R.TRIAGE_OFFICER),
        **_TEAM,
        **_here(R.PUBLISHER, R.SUPERVISOR, R.LEADER),
    },
    "lift_conflict": {R.SUPERVISOR: JURISDICTION},
    "name_accused": {R.TRIAGE_OFFICER: JURISDICTION},
    # Three-way separation: accounts, rights and logs lie in three hands, and none of them reads an item.
    "grant_roles": {R.SEC_ADMIN: JURISDICTION},
    "see_authority_log": _here(R.AUDIT_ADMIN, R.SEC_ADMIN),
    # An alert is confirmed by those it is for; who sees a danger may flag it (process.md 4.6; XF 25).
    "flag_urgent": {**_here(R.TRIAGE_OFFICER, R.SUPERVISOR, R.INTAKE_CLERK), **_TEAM},
    "confirm_urgent": _here(R.LEADER, R.SUPERVISOR),
    "name_unit": _here(R.TRIAGE_OFFICER, R.SUPERVISOR),
    "give_interim": _unit(R.LIAISON, R.HANDLER),
    # Of the units only the lead reminds (desk/acts_units.py).
    "remind_co_unit": {**_here(R.TRIAGE_OFFICER, R.SUPERVISOR), **_TEAM},
}

MISCONDUCT_READERS = frozenset({R.TRIAGE_OFFICER, R.PRIVACY_OFFICER})
"""Nobody else ever sees a report of misconduct, least of all the unit it names (XF 30, 46)."""
SECRET_READERS = frozenset({R.TRIAGE_OFFICER})
"""What was found secret is read by those who decide about it, until its text is deleted (process.md 3.5)."""
