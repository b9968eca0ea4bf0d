#!/usr/bin/env bash
# Everything that must hold before a commit; the same in continuous integration.
# A check that could not run says "not run", never "passed".
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
failed=()

check() { # check NAME COMMAND...
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok       $name"
    else
        echo "FAILED   $name"
        echo "$output" | tail -n 40 | sed 's/^/         /'
        failed+=("$name")
    fi
}

manage() { .venv/bin/python manage.py "$@"; }

openapi_is_current() {
    manage spectacular --file var/openapi.yaml --validate --fail-on-warn &&
        diff -u docs/openapi.yaml var/openapi.yaml
}

deploys() {
    PROFILE=production SECRET_KEY=$(printf 'k%.0s' {1..60})1aZ-_xyq ALLOWED_HOSTS=place.example \
        EMAIL_URL=smtp://localhost SITE_URL=https://place.example manage check --deploy --fail-level WARNING
}

mkdir -p var
check "format" .venv/bin/ruff format --check .
check "lint" .venv/bin/ruff check .
check "types" .venv/bin/mypy .
check "layers" .venv/bin/lint-imports
check "django" manage check --fail-level WARNING
check "production settings" deploys
check "migrations" manage makemigrations --check --dry-run
check "templates" .venv/bin/djlint --lint --quiet accounts jobs mailing marketplace spaser suppliers tenders
check "translations" .venv/bin/python scripts/translations.py --check
check "openapi" openapi_is_current
check "reference files" .venv/bin/python scripts/build_reference.py --check
check "shell" .venv/bin/shellcheck scripts/*.sh .ci/run
((${#failed[@]} == 0)) || { echo "Failed: ${failed[*]}"; exit 1; }
