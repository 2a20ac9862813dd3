"""The smallest client: start a report, ask until it is made, download it. Standard library alone."""

import json
import os
import time
import urllib.request

URL = os.environ["SLUICE_URL"]
HEADERS = {"Authorization": "Bearer " + os.environ["SLUICE_API_KEY"], "Content-Type": "application/json"}


def send(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(URL + path, data, HEADERS))


location = send("/generate-report", {"format": "md"}).headers["Location"]
while True:
    with send(location) as answer:
        job = json.load(answer)
        if answer.status == 200:
            break
        time.sleep(int(answer.headers["Retry-After"]))
if job["status"] != "success":
    raise SystemExit(job["error"])
print(send(job["downloadUrl"]).read().decode())
