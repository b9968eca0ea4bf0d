#!/usr/bin/env bash
# Runs the product in the foreground: database, demo territory if it is empty, worker, web.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
port=${PORT:-8000}
export SITE_URL=${SITE_URL:-http://127.0.0.1:$port}

if ! $python -c "import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('127.0.0.1', $port))" 2>/dev/null; then
    echo "Le port $port est occupé : choisissez-en un autre, par exemple « make run PORT=8001 »." >&2
    exit 1
fi
# One process for both: a second start is mostly Django's own.
DJANGO_SETTINGS_MODULE=marketplace.settings $python -c '
import django
from django.core.management import call_command

django.setup()
call_command("migrate", verbosity=0)
call_command("demo", size="small", if_empty=True)
'

$python manage.py worker &
worker=$!
trap 'kill $worker 2>/dev/null; wait $worker 2>/dev/null || true' EXIT
echo "La Place locale : http://127.0.0.1:$port/ (Ctrl-C pour arrêter)"
.venv/bin/gunicorn marketplace.wsgi --bind "127.0.0.1:$port" --workers 2 --preload \
    --log-level warning --no-control-socket
