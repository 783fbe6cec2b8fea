#!/usr/bin/env bash
# Every test, the service suites included: servers up, `npm test` with the given arguments, servers down.
set -euo pipefail
cd "$(dirname "$0")/.."

# Folder and ports of its own, so that it disturbs no services of the user's.
free_port() { node -e "const s=require('node:net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})"; }
if [ -z "${KLINEMILL_SERVICES_DIR:-}" ]; then
  own=$(mktemp -d)
  export KLINEMILL_SERVICES_DIR=$own/services
fi
export KLINEMILL_MYSQL_PORT=${KLINEMILL_MYSQL_PORT:-$(free_port)}
export KLINEMILL_KAFKA_PORT=${KLINEMILL_KAFKA_PORT:-$(free_port)}
export KLINEMILL_KAFKA_CONTROLLER_PORT=${KLINEMILL_KAFKA_CONTROLLER_PORT:-$(free_port)}

down() {
  scripts/services.sh down || true
  [ -z "${own:-}" ] || rm -rf "$own"
}
trap down EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

exports=$(scripts/services.sh up)
eval "$exports"
npm test -- "$@"
