"""With STRICT_SERVICES=1 a skipped test is a failure, so that no check passes by leaving something out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

BODY = """
import pytest
def test_one(): pytest.skip({reason!r})
@pytest.mark.skip(reason={reason!r})
def test_two(): pass
@pytest.mark.xfail(strict=True)
def test_three(): assert False
"""


def _run(tmp_path: Path, reason: str, strict: str) -> subprocess.CompletedProcess[str]:
    root = Path(settings.BASE_DIR)
    (tmp_path / "test_skips.py").write_text(BODY.format(reason=reason), encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        (root / "tests" / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c"]
    return subprocess.run(
        [*command, str(root / "pyproject.toml"), "--rootdir", str(root), str(tmp_path)],
        cwd=root,
        env={**os.environ, "STRICT_SERVICES": strict},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("reason", "strict", "code"),
    [
        ("no Elasticsearch here", "1", 1),
        ("data: the folder is not on this machine", "1", 0),
        ("no Elasticsearch here", "", 0),
    ],
)
def test_a_skip_fails_a_strict_run_unless_only_data_is_missing(
    tmp_path: Path, reason: str, strict: str, code: int
) -> None:
    done = _run(tmp_path, reason, strict)
    assert done.returncode == code, done.stdout
    if code:
        # pytest counts a skip mark, which acts before the test begins, as an error.
        assert "1 failed, 1 xfailed, 1 error" in done.stdout
        assert "was skipped where nothing may be: no Elasticsearch here" in done.stdout
