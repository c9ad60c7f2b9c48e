#!/usr/bin/env bash
# An authority of one's own and a certificate for each node of docker-compose.cluster.yml, made once; what is there stays. Another
# start gives a node that has none (a new one, or one whose old certificate was deleted because it runs out) its own.
#   certificates.sh <address of node 1> <address of node 2> …
set -euo pipefail
authority=${AUTHORITY:-/authority}
certificates=${CERTIFICATES:-/certificates}
# KurrentDB's user in its image, and the server's in ours.
owner=${OWNER:-1000:1000}

if [ ! -f "$authority/ca.key" ]; then
  es-gencert-cli create-ca -days 1825 -out "$authority"
fi
mkdir -p "$certificates/ca"
cp "$authority/ca.crt" "$certificates/ca/ca.crt"

node=0
for address in "$@"; do
  node=$((node + 1))
  folder="$certificates/node$node"
  if [ ! -f "$folder/node.key" ]; then
    es-gencert-cli create-node -days 730 -ca-certificate "$authority/ca.crt" -ca-key "$authority/ca.key" \
      -ip-addresses "127.0.0.1,$address" -dns-names "localhost,kurrentdb-$node" -out "$folder"
  fi
  chown -R "$owner" "$folder"
  chmod 700 "$folder"
  chmod 600 "$folder/node.key"
done
chown -R "$owner" "$certificates/ca"
