"""The same site in other writing: Traditional characters and an English interface, each under an address of its own.

ADR 0009. `variants` names them, `middleware` serves them, `traditional` and `markup` turn finished pages over,
`catalogue` finds what has no English yet.
"""
