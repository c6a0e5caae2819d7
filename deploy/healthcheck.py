"""For containers: exit 0 when this web process answers /healthz. Standard library only.

Asks by the loopback address under the site's own host name, because Django refuses other names.
"""

import http.client
import os
import sys

host = (os.environ.get("ALLOWED_HOSTS") or "localhost").split(",")[0].strip().lstrip(
    "."
) or "localhost"
try:
    link = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or "8000"), timeout=4)
    link.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
    sys.exit(0 if link.getresponse().status == 200 else 1)
except (OSError, http.client.HTTPException, ValueError):
    sys.exit(1)
