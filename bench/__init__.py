"""`python -m bench`: what the site does at a given size, next to a bare view of the same table. Loopback only."""
