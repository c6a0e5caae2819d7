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
    "see_audit": {
        R.SUPERVISOR: JURISDICTION,
        R.PRIVACY_OFFICER: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
    },
    "enter_offline": {R.INTAKE_CLERK: JURISDICTION},
    "enter_on_behalf": AGENTS_OWN,
    "serve_as_agent": AGENTS_OWN,
    "answer_relay": {R.AGENT_L2: JURISDICTION, R.AGENT_L3: JURISDICTION, R.AGENT_L4: JURISDICTION},
    "see_agents": {R.INTAKE_CLERK: JURISDICTION, R.TRIAGE_OFFICER: JURISDICTION, R.SUPERVISOR: JURISDICTION},
    "manage_invited": {R.TRIAGE_OFFICER: JURISDICTION},
    "draft_reply": {R.LIAISON: UNIT, R.HANDLER: UNIT},
    "ask_signature": {R.LIAISON: UNIT, R.HANDLER: UNIT},
    "return_draft": {R.UNIT_HEAD: UNIT},
    "give_opinion": {R.LIAISON: UNIT, R.HANDLER: UNIT},
    "internal_statistics": {
        R.ANALYST: JURISDICTION,
        R.SUPERVISOR: JURISDICTION,
        R.LEADER: JURISDICTION,
        R.TRIAGE_OFFICER: JURISDICTION,
    },
}
# fmt: on

MISCONDUCT_READERS = frozenset({R.TRIAGE_OFFICER, R.PRIVACY_OFFICER})
"""Nobody else ever sees a report of misconduct, least of all the unit it names (XF 30, 46)."""
