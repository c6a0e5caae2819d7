"""Who may see and do what (process.md 2.2): one table, query filters from it, loaders from those. Default deny.

Scopes: `unit` = items assigned to the role's unit; `jurisdiction` = items of the role's jurisdiction and those below.
What a user may not see does not exist for them: loaders answer 404, never 403, so that guessing tells nothing.
"""

from suggestions.access.cases import (
    actor_for,
    case_actions,
    exported_by_name,
    load,
    load_attachment,
    may,
    may_transition,
    own_assignment,
    own_assignments,
    readable,
    roles_on,
    unit_actor,
)
from suggestions.access.records import (
    adoptions,
    campaigns,
    load_adoption,
    load_record,
    record_actor,
    records,
)
from suggestions.access.scopes import Scope, agent_cases, forget_scope, scope

__all__ = [
    "Scope",
    "actor_for",
    "adoptions",
    "agent_cases",
    "campaigns",
    "case_actions",
    "exported_by_name",
    "forget_scope",
    "load",
    "load_adoption",
    "load_attachment",
    "load_record",
    "may",
    "may_transition",
    "own_assignment",
    "own_assignments",
    "readable",
    "record_actor",
    "records",
    "roles_on",
    "scope",
    "unit_actor",
]
