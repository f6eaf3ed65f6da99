#!/bin/sh
# Gives OpenSearch the two retentions: standard traces are kept for 7 days, those with errors for 30. It may be run again and
# again. OPENSEARCH_URL, and OPENSEARCH_USER with OPENSEARCH_PASSWORD_FILE, are those of opensearch.yaml.
set -eu
url=${OPENSEARCH_URL:-http://opensearch:9200}
password=$(cat "${OPENSEARCH_PASSWORD_FILE:-/run/secrets/opensearch-password}")

request() {
  # Quotes and backslashes of a password are its own, and none of curl's.
  printf '%s:%s' "${OPENSEARCH_USER:-jaeger}" "$password" | sed 's/[\\"]/\\&/g; s/.*/user = "&"/' |
    curl --silent --show-error --config - --header 'content-type: application/json' "$@"
}

retain() {
  # The age of an index is that of its first trace, and its last is a day younger.
  age=$(($2 + 1))
  policy="$url/_plugins/_ism/policies/$1-traces"
  # A policy that exists is replaced under the number and term that it has.
  found=$(request "$policy")
  number=$(echo "$found" | sed -n 's/.*"_seq_no": *\([0-9][0-9]*\).*/\1/p')
  term=$(echo "$found" | sed -n 's/.*"_primary_term": *\([0-9][0-9]*\).*/\1/p')
  version=${number:+?if_seq_no=$number&if_primary_term=$term}
  body=$(cat <<POLICY
{"policy": {
  "description": "$1 traces are kept for $2 days",
  "default_state": "kept",
  "states": [
    {"name": "kept", "actions": [], "transitions": [{"state_name": "deleted", "conditions": {"min_index_age": "${age}d"}}]},
    {"name": "deleted", "actions": [{"delete": {}}], "transitions": []}
  ],
  "ism_template": [{"index_patterns": ["$1-jaeger-*"], "priority": 100}]
}}
POLICY
)
  # An argument, since curl reads the password from its input.
  request --fail --request PUT "$policy$version" --data "$body"
}

retain standard 7
retain errors 30
