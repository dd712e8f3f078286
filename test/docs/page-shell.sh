# What shell.ts runs a page with. It sets OUT, the folder of the commands and of what they print, and `__fill_page`, which
# fills in the placeholders of the page.
#
# `__run` runs a command in this shell, so what it sets stays. Ids and lease tokens that it prints are what later
# placeholders stand for. `__start` is for commands that go on until they are ended, at the end of the page.

ADDRESS="${URL#http://}"
set -m # each command in the background is a group of processes, which is ended as a whole
trap 'exit 1' TERM
trap 'kill -- $(jobs -p | sed s/^/-/) 2>/dev/null; wait 2>/dev/null' EXIT

__fill() {
  local text
  text=$(cat "$1")
  text=$(__fill_page "$text")
  text="${text//<id>/$ID}"
  text="${text//<task-id>/$ID}"
  text="${text//0198…/$ID}"
  text="${text//agl1_…/$LEASE}"
  text="${text//127.0.0.1:7171/$ADDRESS}"
  text="${text//localhost:7171/$ADDRESS}"
  printf '%s' "$text"
}

__note() {
  local id lease
  id=$(grep -oxE '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' "$1" | tail -n 1)
  [ -n "$id" ] || id=$(grep -oE '"task_?[iI]d": ?"[0-9a-f-]{36}"' "$1" | head -n 1 | grep -oE '[0-9a-f-]{36}')
  lease=$(grep -oE 'agl1_[A-Za-z0-9_-]+' "$1" | head -n 1)
  [ -z "$id" ] || ID=$id
  [ -z "$lease" ] || LEASE=$lease
}

# number, exit code
__run() {
  local code
  eval "$(__fill "$OUT/$1.command")" >"$OUT/$1.out" 2>"$OUT/$1.err" </dev/null
  code=$?
  __note "$OUT/$1.out"
  echo "$code" >"$OUT/$1.code"
  [ "$code" = "$2" ] || exit 1
}

# number, condition
__start() {
  eval "$(__fill "$OUT/$1.command")" >"$OUT/$1.out" 2>"$OUT/$1.err" </dev/null &
  __until "$2" "$OUT/$1.out" "$OUT/$1.err"
  __note "$OUT/$1.out"
  echo 0 >"$OUT/$1.code"
}

# condition, in which $1 and $2 are what was printed so far
__until() {
  local condition=$1
  shift
  for _ in $(seq 600); do
    if eval "$condition" >/dev/null 2>&1; then return; fi
    sleep 0.05
  done
  echo "never: $condition" >&2
  exit 1
}

# What a page takes for granted: it must work, and what it prints is noted.
given() {
  "$@" >"$OUT/given" || { echo "given, and failed: $*" >&2; exit 1; }
  __note "$OUT/given"
}

# A worker, or whatever else runs beside the page. BESIDE is its group of processes.
beside() {
  "$@" >/dev/null 2>"$OUT/beside" </dev/null &
  BESIDE=$!
}
