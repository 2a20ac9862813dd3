#!/bin/sh
# A report of the last week, each Monday at nine in Tokyo. The first one is made now, so that you see what comes.
set -eu
schedule=$(sluice report schedule create "Week in short" --cron '0 9 * * mon' --time-zone Asia/Tokyo \
  --report '{"format":"md","title":"Week in short","params":{"hours":168}}' -o ids)
job=$(sluice report schedule trigger "$schedule" -o ids)
sluice watch "$job" --after 0
sluice report download "$job"
