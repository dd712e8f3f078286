#!/usr/bin/env bash
# Calls with curl over HTTP/2 again and again, each time on a new connection.
# Arguments: address, API key, connections. Prints how often it was answered.
set -uo pipefail
address=$1 key=$2 connections=$3
done=0
for ((count = 0; count < connections; count++)); do
  answer=$(curl --silent --show-error --http2-prior-knowledge --max-time 30 --write-out ' %{http_version} %{http_code}' \
    --header "authorization: Bearer $key" --json '{}' "http://$address/asyncgate.v1.SystemService/GetServerInfo")
  case "$answer" in
    *' 2 200') done=$((done + 1)) ;;
    *) printf 'connection %d: %s\n' "$((count + 1))" "$answer" >&2 && break ;;
  esac
done
printf 'connections %d\n' "$done"
