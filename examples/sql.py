"""Asks a data source, as one would in a notebook: plain HTTP, nothing but the standard library."""

import json
import os
import sys
import time
import urllib.request

URL = os.environ["SLUICE_URL"] + "/api/v1/sql/cache"
HEADERS = {"Authorization": "Bearer " + os.environ["SLUICE_API_KEY"], "Content-Type": "application/json"}


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(URL + path, data, HEADERS)) as answer:
        return json.load(answer)


def query(sql, params=(), confirm=lambda estimate: False):
    """Rows as dictionaries. A large statement is run only if `confirm` says so of its estimate."""
    body = {"sql": sql, "params": list(params)}
    started = ask("/execute-async", body)
    if started["status"] == "confirmation_required":
        if not confirm(started["estimate"]):
            raise RuntimeError(started["message"])
        started = ask("/execute-async", {**body, "confirm_token": started["confirm_token"]})
    session = started["session_id"]
    while True:
        status = ask("/status/" + session)
        if status["is_complete"]:
            break
        time.sleep(status["poll_after_ms"] / 1000)
    if status["status"] != "completed":
        raise RuntimeError(status["error"]["message"])
    offset = 0
    while offset is not None:
        page = ask(f"/results/{session}?offset={offset}")
        names = [column["name"] for column in page["columns"]]
        for row in page["rows"]:
            yield dict(zip(names, row))
        offset = page["next_offset"]


if __name__ == "__main__":
    sql = sys.argv[1] if len(sys.argv) > 1 else "select name, price from products order by price desc limit $1"
    for row in query(sql, [3] if "$1" in sql else [], confirm=lambda estimate: True):
        print(json.dumps(row))
