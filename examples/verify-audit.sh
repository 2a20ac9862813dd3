#!/bin/sh
# Exports the audit log and checks its chain and signatures without the server. Exporting needs the key of an ADMIN.
set -eu
file=${1:-audit.ndjson}
sluice audit export --file "$file"
env -u SLUICE_URL -u SLUICE_API_KEY sluice audit verify "$file"
