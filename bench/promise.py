"""A receipt is a promise: submissions for minutes on end, and then each of the receipts that were given out is asked for."""

import json
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from bench import cases
from bench.load import connect, headers, measure

CLIENTS = 8
ASKERS = 4


@dataclass(frozen=True, slots=True)
class Kept:
    """`receipts` were given out; `lost`: those of them whose progress nobody can see afterwards."""

    seconds: float
    per_second: float
    p95: float
    errors: int
    receipts: int
    lost: int


def keep(address: str, seconds: float) -> Kept:
    """Submit for so long with 8 clients, then track every receipt over HTTP."""
    with tempfile.TemporaryDirectory(prefix="jianyan-receipts-") as folder:
        file = Path(folder) / "receipts"
        made = measure(address, cases.submission(), CLIENTS, seconds, keep=file)
        receipts = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    pairs = [(str(one["case_no"]), str(one["query_code"])) for one in receipts]
    lost = count_lost(address, pairs)
    return Kept(seconds, made.per_second, made.p95, made.errors, len(pairs), lost)


def count_lost(address: str, pairs: list[tuple[str, str]]) -> int:
    """How many (case number, query code) are not answered with that item, and how many numbers were given out twice."""
    lost = [len(pairs) - len(dict(pairs))] + [0] * ASKERS

    def work(me: int) -> None:
        client = connect(address)
        for n in range(me, len(pairs), ASKERS):
            case_no, code = pairs[n]
            given = {**headers(n), "X-Query-Code": code}
            try:
                client.request("GET", f"/api/v1/track/{case_no}", headers=given)
                answer = client.getresponse()
                body = answer.read()
                found = answer.status == 200 and json.loads(body)["case_no"] == case_no
            except (OSError, ValueError):
                client.close()
                found = False
            lost[me + 1] += not found
        client.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(ASKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(lost)
