#!/usr/bin/env sh
# Asks a running API everything that openapi.json says it takes, and much that it does not, and checks the answers.
#
#   npm start                               # in another terminal, on data that may be spoiled
#   npm run schemathesis                    # or with SLUICE_URL and SLUICE_API_KEY of an administrator
#
# SCHEMATHESIS names the program (`pip install schemathesis==4.32.5`); EXAMPLES bounds the requests of an operation.
set -eu
dev="${SLUICE_HOME:-.sluice}/dev.json"
member() { node -p "JSON.parse(require('node:fs').readFileSync('$dev','utf8')).$1"; }
url="${SLUICE_URL:-$(member apiUrl)}"
key="${SLUICE_API_KEY:-$(member adminApiKey)}"

# Streams never end; the console's cookie and the rights of the key itself would end the run.
exec "${SCHEMATHESIS:-schemathesis}" --config-file "$(dirname "$0")/schemathesis.toml" run "$url/openapi.json" \
  --header "Authorization: Bearer $key" \
  --exclude-path-regex '/events$|/session$|/users|/api-keys|/files/|^/[pu]/' \
  --exclude-checks unsupported_method,positive_data_acceptance,missing_required_header,ignored_auth \
  --phases "${PHASES:-examples,coverage,fuzzing,stateful}" \
  --max-examples "${EXAMPLES:-10}" --request-timeout 30 --workers 2 --seed 1 \
  --suppress-health-check all "$@"
