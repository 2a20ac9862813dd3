#!/bin/sh
# Publishes custom-template.json and starts a session with it. Publishing needs the key of an ADMIN.
set -eu
cd "$(dirname "$0")"
sluice template publish --template @custom-template.json
sluice session start "Notes for version 2" --template release-notes --input "faster lists; new login page; fixed typo" -o ids
