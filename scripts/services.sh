#!/usr/bin/env bash
# Real MariaDB and Apache Kafka on loopback, without docker, for the service tests and for trying things out.
#
#   scripts/services.sh up|down|status [mysql] [kafka]      no service named: both
#
# `up` prints `export NAME=VALUE` lines on stdout (everything else goes to stderr), so that a shell takes them over:
#   eval "$(scripts/services.sh up)"
# It installs what is missing (Debian packages, as root; Kafka by Maven, cached) and is safe to run twice: a service that
# runs is left alone, one that died starts again on its data. `down` stops both and removes every file.
#
# Environment: KLINEMILL_MYSQL_PORT, KLINEMILL_KAFKA_PORT, KLINEMILL_KAFKA_CONTROLLER_PORT;
# KLINEMILL_SERVICES_DIR: the throw-away data folder; KLINEMILL_MYSQL_ARGS: more options for mariadbd, separated by blanks.
set -euo pipefail

mysql_port=${KLINEMILL_MYSQL_PORT:-13306}
kafka_port=${KLINEMILL_KAFKA_PORT:-19092}
controller_port=${KLINEMILL_KAFKA_CONTROLLER_PORT:-19093}
folder=${KLINEMILL_SERVICES_DIR:-${TMPDIR:-/tmp}/klinemill-services-$(id -u)}
kafka_version=4.1.1
kafka_jars=${XDG_CACHE_HOME:-$HOME/.cache}/klinemill/kafka-$kafka_version
# A throw-away server on loopback: the password protects nothing, it is there so that tests log in as users do.
mysql_user=klinemill mysql_password=klinemill

say() { printf 'services: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# install COMMAND PACKAGE...: gets Debian packages unless the command is there
install() {
  command -v "$1" >/dev/null && return
  [ "$(id -u)" -eq 0 ] || die "$1 is missing: as root, apt-get install ${*:2}"
  say "installing ${*:2}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${@:2}"; } >&2 ||
    die "apt-get could not install ${*:2}, the reason stands above"
}

# pid_of SERVICE: its process id while that process lives and is ours (ids get used again: the command line must name our folder)
pid_of() {
  local pid
  pid=$(cat "$folder/$1.pid" 2>/dev/null) || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$folder/$1" || return 1
  echo "$pid"
}

is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# wait_for SERVICE SECONDS COMMAND...: until the command succeeds; a service that died shows the end of its log
wait_for() {
  local service=$1 end=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    pid_of "$service" >/dev/null && [ "$SECONDS" -lt "$end" ] || {
      tail -n 20 "$folder/$service.log" >&2
      die "$service did not start, the end of its log stands above"
    }
    sleep 0.2
  done
}

# launch SERVICE COMMAND...: in the background, in a session of its own, so that Ctrl-C on tests leaves it running
launch() {
  local service=$1
  shift
  # No inherited descriptor but the log: 9 is the lock of this script, and a reader of our stdout must see its end.
  setsid "$@" </dev/null >>"$folder/$service.log" 2>&1 9>&- &
  local pid=$!
  echo "$pid" >"$folder/$service.pid"
  # Until it has become the server it is a copy of this script, which pid_of would take for a stranger.
  while kill -0 "$pid" 2>/dev/null && ! pid_of "$service" >/dev/null; do sleep 0.02; done
}

as_admin() { mariadb --no-defaults --socket="$folder/mysql/socket" --user=root "$@"; }

mysql_up() {
  pid_of mysql >/dev/null && as_admin -e 'SELECT 1' >/dev/null 2>&1 && return
  install mariadbd mariadb-server-core mariadb-client-core
  pid_of mysql >/dev/null || { is_open "$mysql_port" && die "port $mysql_port is taken: choose another by KLINEMILL_MYSQL_PORT"; }
  local data=$folder/mysql
  # Its own: a server that starts removes the temporary tables of every other one in the folder.
  local tmp=$folder/mysql-tmp
  mkdir -p "$tmp"
  if [ ! -e "$data/ready" ]; then
    rm -rf "$data"
    mkdir -p "$data"
    mariadb-install-db --no-defaults --datadir="$data" --tmpdir="$tmp" --user="$(id -un)" \
      --auth-root-authentication-method=normal --skip-test-db >"$folder/mysql.log" 2>&1 ||
      { grep -E 'ERROR|Warning' "$folder/mysql.log" >&2 || true; die "mariadb-install-db failed"; }
    touch "$data/ready"
  fi
  # What it wrote must outlive the process, not the machine: no fsync.
  # shellcheck disable=SC2086 # options are separated by blanks on purpose
  pid_of mysql >/dev/null || launch mysql mariadbd --no-defaults --datadir="$data" --tmpdir="$tmp" --user="$(id -un)" --socket="$data/socket" \
    --pid-file="$data/server.pid" --bind-address=127.0.0.1 --port="$mysql_port" --local-infile=1 --skip-name-resolve \
    --innodb-buffer-pool-size=512M --innodb-flush-log-at-trx-commit=2 --innodb-doublewrite=0 --sync-frm=0 \
    --innodb-flush-method=nosync ${KLINEMILL_MYSQL_ARGS:-}
  wait_for mysql 120 as_admin -e 'SELECT 1'
  # Tests make databases and users of their own, so this one may do everything.
  as_admin -e "CREATE DATABASE IF NOT EXISTS klinemill;
    CREATE USER IF NOT EXISTS '$mysql_user'@'%' IDENTIFIED BY '$mysql_password';
    GRANT ALL PRIVILEGES ON *.* TO '$mysql_user'@'%' WITH GRANT OPTION" || die "mysql: the user could not be made"
}

mysql_exports() {
  echo "export KLINEMILL_TEST_MYSQL=mysql://$mysql_user:$mysql_password@127.0.0.1:$mysql_port/klinemill"
}

fetch_kafka() {
  [ -e "$kafka_jars/complete" ] && return
  install mvn maven
  say "fetching Kafka $kafka_version by Maven into $kafka_jars"
  mkdir -p "$kafka_jars"
  local pom
  pom=$(mktemp -d)
  cat >"$pom/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>klinemill</groupId><artifactId>services</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$kafka_version</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.24.3</version></dependency>
  </dependencies>
</project>
XML
  (cd "$pom" && mvn -q -B -ntp dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$kafka_jars") >&2 ||
    { rm -rf "$pom"; die "Maven could not fetch Kafka $kafka_version, the reason stands above"; }
  rm -rf "$pom"
  touch "$kafka_jars/complete"
}

kafka_java=(java -Xms128m -Xmx512m -Dlog4j2.disableJmx=true "-Dlog4j2.configurationFile=$folder/kafka.log4j2.yaml" \
  -cp "$kafka_jars/*")

kafka_started() { is_open "$kafka_port" && grep -q 'Kafka Server started' "$folder/kafka.log"; }

kafka_up() {
  pid_of kafka >/dev/null && kafka_started && return
  install java openjdk-17-jre-headless
  fetch_kafka
  pid_of kafka >/dev/null || {
    local port
    for port in "$kafka_port" "$controller_port"; do
      is_open "$port" && die "port $port is taken: choose another by KLINEMILL_KAFKA_PORT, KLINEMILL_KAFKA_CONTROLLER_PORT"
    done
  }
  local data=$folder/kafka
  cat >"$folder/kafka.log4j2.yaml" <<'YAML'
Configuration:
  Appenders:
    Console: { name: out, PatternLayout: { pattern: '[%d] %p %m (%c)%n' } }
  Loggers:
    Root: { level: INFO, AppenderRef: { ref: out } }
YAML
  if [ ! -e "$data/ready" ]; then
    rm -rf "$data"
    mkdir -p "$data"
    cat >"$data/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:$controller_port
listeners=PLAINTEXT://127.0.0.1:$kafka_port,CONTROLLER://127.0.0.1:$controller_port
advertised.listeners=PLAINTEXT://127.0.0.1:$kafka_port
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$data/log
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
PROPERTIES
    local cluster
    cluster=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')
    "${kafka_java[@]}" kafka.tools.StorageTool format --standalone --cluster-id="$cluster" -c "$data/server.properties" >"$folder/kafka.log" 2>&1 ||
      { tail -n 20 "$folder/kafka.log" >&2; die "kafka could not format its storage"; }
    touch "$data/ready"
  fi
  pid_of kafka >/dev/null || {
    : >"$folder/kafka.log"
    launch kafka "${kafka_java[@]}" kafka.Kafka "$data/server.properties"
  }
  wait_for kafka 120 kafka_started
}

kafka_exports() { echo "export KLINEMILL_TEST_KAFKA=127.0.0.1:$kafka_port"; }

# stop SERVICE: asks, waits, kills; then removes its files
stop() {
  local pid end=$((SECONDS + 20))
  if pid=$(pid_of "$1"); then
    kill "$pid" 2>/dev/null || true
    while pid_of "$1" >/dev/null; do
      [ "$SECONDS" -lt "$end" ] || kill -KILL "$pid" 2>/dev/null || true
      sleep 0.1
    done
    say "$1 stopped"
  fi
  rm -rf "${folder:?}/$1" "$folder/$1".*
}

status() {
  local pid
  if pid=$(pid_of "$1"); then
    say "$1 runs (process $pid)"
    "$1_exports"
  else
    say "$1 is down"
  fi
}

action=${1:-}
[ $# -gt 0 ] && shift
case $action in up | down | status) ;; *) say "usage: scripts/services.sh up|down|status [mysql] [kafka]"; exit 2 ;; esac
services=("$@")
[ $# -gt 0 ] || services=(mysql kafka)
for service in "${services[@]}"; do
  case $service in mysql | kafka) ;; *) say "no service '$service': mysql, kafka"; exit 2 ;; esac
done

if [ "$action" = status ]; then
  for service in "${services[@]}"; do status "$service"; done
  exit
fi
mkdir -p -m 700 "$folder"
# Two runs at once take turns.
exec 9>"$folder.lock"
flock 9
for service in "${services[@]}"; do
  if [ "$action" = up ]; then
    "${service}_up" >&2
    say "$service is up"
    "${service}_exports"
  else
    stop "$service"
  fi
done
if [ "$action" = down ]; then
  rmdir "$folder" 2>/dev/null || true
fi
