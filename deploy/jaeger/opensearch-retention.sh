#!/bin/sh
# Gives OpenSearch the two retentions: indices of standard traces are deleted after 7 days, those with errors after 30. It may be
# run again and again. OPENSEARCH_URL, and OPENSEARCH_USER with OPENSEARCH_PASSWORD_FILE, are those of opensearch.yaml.
set -eu
url=${OPENSEARCH_URL:-http://opensearch:9200}
password=$(cat "${OPENSEARCH_PASSWORD_FILE:-/run/secrets/opensearch-password}")

request() {
  printf 'user = "%s:%s"\n' "${OPENSEARCH_USER:-jaeger}" "$password" |
    curl --silent --show-error --config - --header 'content-type: application/json' "$@"
}

retain() {
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
    {"name": "kept", "actions": [], "transitions": [{"state_name": "deleted", "conditions": {"min_index_age": "$2d"}}]},
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
