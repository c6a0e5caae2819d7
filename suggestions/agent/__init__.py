"""/agent/: the phone-first page of agents at service points (process.md 3.3; design section 2, surface 3)."""
