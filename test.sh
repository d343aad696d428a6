#!/usr/bin/env bash
# The one test command: builds, checks the format, runs every test. Prints "N passed, N failed" alone on its last line.
set -u
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT

need() { # PROGRAM PACKAGE
  [ -x "$1" ] && return
  local root=""
  [ "$(id -u)" = 0 ] || root="sudo -n"
  if ! { $root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends "$2"; } >"$log" 2>&1; then
    tail -n 5 "$log"
    echo "The tests need $1, and it could not be installed. Install it by hand: apt-get install $2"
    echo "0 passed, 1 failed"
    exit 1
  fi
}

need /usr/bin/redis-server redis-server
need /usr/bin/chromium chromium

dotnet build UltraAI.Gateway.sln --nologo -v quiet -m:1 || { echo "0 passed, 1 failed"; exit 1; }
dotnet format UltraAI.Gateway.sln --no-restore --verify-no-changes || { echo "0 passed, 1 failed"; exit 1; }

dotnet test --solution UltraAI.Gateway.sln --no-build --no-progress --no-ansi --max-parallel-test-modules 1 2>&1 | tee "$log"
code=${PIPESTATUS[0]}
summary=$(awk '/^Test run summary:/{s=1} s&&/^ *succeeded:/{p=$2} s&&/^ *failed:/{f=$2} s&&/^ *skipped:/{k=$2}
  END{if(p=="")exit 1; if(k>0)printf "%d passed, %d failed, %d skipped\n",p,f,k; else printf "%d passed, %d failed\n",p,f}' "$log") \
  || { summary="0 passed, 1 failed"; code=1; }
echo "$summary"
exit "$code"
