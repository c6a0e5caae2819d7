"""Real PostgreSQL, Redis and Elasticsearch for the tests, on free loopback ports, gone afterwards.

`python -m tests.services -- COMMAND` is what `make check` and CI call. A test that has to stop a server
itself starts its own one: `with running(redis, folder) as server: …; server.stop()`.
"""

from tests.services.process import Missing, Server, running

__all__ = ["Missing", "Server", "running"]
