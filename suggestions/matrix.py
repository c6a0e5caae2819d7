"""Who may do what, as one table (process.md 2.2). Pure; `access.py` turns it into query filters and loaders.

Scopes: `unit` = items assigned to the role's unit; `jurisdiction` = items of the role's jurisdiction and those below;
`own` = what names the user (a mandate, a paper to judge). What has no row nobody may do. Acts that change a state take
their roles from the rows of `states/`.
"""

from suggestions.roles import Role

R = Role
UNIT, JURISDICTION, OWN = "unit", "jurisdiction", "own"
AGENTS_OWN: dict[str, str] = {R.AGENT_L1: OWN, R.AGENT_L2: OWN, R.AGENT_L3: OWN, R.AGENT_L4: OWN}
"""Agents reach what a living mandate gives them, and nothing else (process.md 3.3)."""

# fmt: off — read as the matrix of process.md 2.2. Acts of the state machines take their roles from states/.
MATRIX: dict[str, dict[str, str]] = {
    "read_original": {
        R.INTAKE_CLERK: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
        R.PUBLISHER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
        **AGENTS_OWN,
    },
    # With a reason, logged. Agents only while their mandate lives and its author agreed to it (3.3). Units only while the author does not hide from them, and only the channel chosen (9.3).
    "reveal_contact": {
        R.INTAKE_CLERK: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
        R.PRIVACY_OFFICER: JURISDICTION,
        **AGENTS_OWN,
    },
    "see_hints": {R.TRIAGE_OFFICER: JURISDICTION, R.SUPERVISOR: JURISDICTION},
    # 4.4 and the work at the desk: locks, notes, officers, lists in files.
    "take_over_lock": {
        R.TRIAGE_OFFICER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
    },
    "write_note": {
        R.TRIAGE_OFFICER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.INTAKE_CLERK: JURISDICTION,
        R.LEADER: JURISDICTION,
        R.PUBLISHER: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
    },
    "give_officer": {R.TRIAGE_OFFICER: JURISDICTION, R.SUPERVISOR: JURISDICTION},
    "add_tag": {R.TRIAGE_OFFICER: JURISDICTION},
    "see_exports": {
        R.TRIAGE_OFFICER: OWN,
        R.SUPERVISOR: OWN,
        R.LEADER: OWN,
        R.INTAKE_CLERK: OWN,
        R.LIAISON: OWN,
        R.HANDLER: OWN,
        R.UNIT_HEAD: OWN,
    },
    "see_audit": {
        R.SUPERVISOR: JURISDICTION,
        R.PRIVACY_OFFICER: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
    },
    "enter_offline": {R.INTAKE_CLERK: JURISDICTION},
    "change_arrival": {R.INTAKE_CLERK: JURISDICTION, R.TRIAGE_OFFICER: JURISDICTION},
    "open_emergency": {R.SUPERVISOR: JURISDICTION, R.LEADER: JURISDICTION},
    "split_case": {R.TRIAGE_OFFICER: JURISDICTION, R.INTAKE_CLERK: JURISDICTION},
    "enter_on_behalf": AGENTS_OWN,
    "serve_as_agent": AGENTS_OWN,
    "answer_relay": {R.AGENT_L2: JURISDICTION, R.AGENT_L3: JURISDICTION, R.AGENT_L4: JURISDICTION},
    "see_agents": {
        R.INTAKE_CLERK: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
    },
    "manage_invited": {R.TRIAGE_OFFICER: JURISDICTION},
    "draft_reply": {R.LIAISON: UNIT, R.HANDLER: UNIT},
    "ask_signature": {R.LIAISON: UNIT, R.HANDLER: UNIT},
    "return_draft": {R.UNIT_HEAD: UNIT},
    "give_opinion": {R.LIAISON: UNIT, R.HANDLER: UNIT},
    # Answers and what follows them (4.7; T15 to T19).
    "log_contact": {
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
        R.TRIAGE_OFFICER: JURISDICTION,
    },
    "note_delivery": {
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.INTAKE_CLERK: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
    },
    "keep_templates": {
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
        R.TRIAGE_OFFICER: JURISDICTION,
    },
    "see_commitments": {
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
        R.TRIAGE_OFFICER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
        R.PUBLISHER: JURISDICTION,
    },
    "release_proof": {R.PUBLISHER: JURISDICTION},
    "download_archive": {R.SUPERVISOR: JURISDICTION, R.PRIVACY_OFFICER: JURISDICTION},
    # Steering (6, 8.1): what the office and the leaders run; units see what is addressed to them.
    "see_orders": {
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
    },
    "see_instructions": {
        R.LEADER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
    },
    "read_tray": {R.LEADER: JURISDICTION},
    "fill_tray": {R.TRIAGE_OFFICER: JURISDICTION, R.SUPERVISOR: JURISDICTION},
    "see_meetings": {
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
        R.INTAKE_CLERK: JURISDICTION,
        R.HEARING_CHAIR: OWN,
        R.HEARING_CLERK: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
    },
    "keep_meetings": {
        R.TRIAGE_OFFICER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.HEARING_CLERK: JURISDICTION,
        R.INTAKE_CLERK: JURISDICTION,
    },
    "answer_questions": {R.LIAISON: UNIT, R.HANDLER: UNIT, R.UNIT_HEAD: UNIT},
    "moderate_questions": {
        R.PUBLISHER: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
    },
    # 4.8: units see their own, experts what they were asked to study, jurors what was screened for them.
    "see_adoptions": {
        R.TRIAGE_OFFICER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
        R.EXPERT: OWN,
    },
    "give_study_opinion": {R.LIAISON: UNIT, R.HANDLER: UNIT, R.UNIT_HEAD: UNIT, R.EXPERT: OWN},
    "see_awards": {
        R.TRIAGE_OFFICER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
        R.INTAKE_CLERK: JURISDICTION,
        R.JURY: OWN,
        R.EXPERT: OWN,
    },
    "score_award": {R.JURY: OWN, R.EXPERT: OWN},
    "handle_award_payment": {R.TRIAGE_OFFICER: JURISDICTION},
    # 7.1: return visits and doubtful ratings are the office's, never a unit's.
    "see_visits": {
        R.INTAKE_CLERK: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
    },
    "settle_rating_flag": {R.SUPERVISOR: JURISDICTION},
    # Clock rules and calendar; who changes them stands in states/time_change.py.
    "read_time_rules": {R.SYS_ADMIN: JURISDICTION, R.SUPERVISOR: JURISDICTION},
    "internal_statistics": {
        R.ANALYST: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
    },
    # Privacy (process.md section 9). What changes a state takes its roles from states/rights.py.
    "see_rights": {R.PRIVACY_OFFICER: JURISDICTION},
    "see_grants": {
        R.PRIVACY_OFFICER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
    },
    "ask_grant": {
        R.INTAKE_CLERK: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
        R.PRIVACY_OFFICER: JURISDICTION,
    },
    "see_takedowns": {R.PUBLISHER: JURISDICTION, R.PRIVACY_OFFICER: JURISDICTION},
    "see_breaches": {R.PRIVACY_OFFICER: JURISDICTION, R.LEADER: JURISDICTION},
    "see_access_log": {R.PRIVACY_OFFICER: JURISDICTION, R.AUDIT_ADMIN: JURISDICTION},
    "write_message": {R.LIAISON: UNIT, R.HANDLER: UNIT, R.UNIT_HEAD: UNIT},
    "see_messages": {
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
        R.TRIAGE_OFFICER: JURISDICTION,
        R.INTAKE_CLERK: JURISDICTION,
    },
    "declare_conflict": {
        R.INTAKE_CLERK: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
        R.PUBLISHER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
    },
    "name_accused": {R.TRIAGE_OFFICER: JURISDICTION},
    # Three-way separation: accounts, rights and logs lie in three hands, and none of them reads an item.
    "grant_roles": {R.SEC_ADMIN: JURISDICTION},
    "see_authority_log": {R.AUDIT_ADMIN: JURISDICTION, R.SEC_ADMIN: JURISDICTION},
    # An alert is confirmed by those it is for; who sees a danger may flag it (process.md 4.6; XF 25).
    "flag_urgent": {
        R.TRIAGE_OFFICER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.INTAKE_CLERK: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
    },
    "confirm_urgent": {R.LEADER: JURISDICTION, R.SUPERVISOR: JURISDICTION},
    "name_unit": {R.TRIAGE_OFFICER: JURISDICTION, R.SUPERVISOR: JURISDICTION},
    "give_interim": {R.LIAISON: UNIT, R.HANDLER: UNIT},
    # Of the units only the lead reminds (desk/acts_units.py).
    "remind_co_unit": {
        R.TRIAGE_OFFICER: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LIAISON: UNIT,
        R.HANDLER: UNIT,
        R.UNIT_HEAD: UNIT,
    },
}
# fmt: on

MISCONDUCT_READERS = frozenset({R.TRIAGE_OFFICER, R.PRIVACY_OFFICER})
"""Nobody else ever sees a report of misconduct, least of all the unit it names (XF 30, 46)."""
