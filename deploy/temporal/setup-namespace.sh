#!/bin/sh
# Makes the namespace and its search attributes, each only when it is missing. Safe to run at every start.
#   TEMPORAL_ADDRESS TEMPORAL_NAMESPACE   read by the temporal command itself
set -eu

temporal="${TEMPORAL_CLI:-temporal}"

"$temporal" operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  "$temporal" operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 168h

# The server's parts learn of a new namespace one after the other, within some ten seconds.
tries=0
until said=$("$temporal" operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name CotStatus --type Keyword --name CotPhase --type Int --name CotTemplate --type Keyword 2>&1); do
  tries=$((tries + 1))
  [ "$tries" -lt 30 ] || {
    echo "$said" >&2
    exit 1
  }
  sleep 1
done
echo "$said"
