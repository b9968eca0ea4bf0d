"""`make bench`: measures, then prints the tables of docs/benchmarks.md on standard output."""

import argparse
import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
# This folder's search.py would hide the room of the same name.
sys.path[0] = str(ROOT)
# Django has the embedded engine whatever the environment says; the server is asked directly.
SEARCH_URL = os.environ.pop("SEARCH_URL", "")
BASE = ROOT / "var" / "bench"
BASE.mkdir(parents=True, exist_ok=True)
os.environ["DATABASE_URL"] = f"sqlite:///{BASE / 'territory.sqlite3'}"
os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings"
django.setup()

from benchmarks import report  # noqa: E402, it needs all of the above

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--companies", choices=("small", "territory"), default="territory")
    parser.add_argument("--only", choices=("search", "work"), help="one part alone")
    options = parser.parse_args()
    if options.only != "work":
        if not SEARCH_URL:
            parser.error("no SEARCH_URL: `make bench` starts the Elasticsearch to compare with")
        report.run(options.companies, SEARCH_URL)
    if options.only != "search":
        report.run_work()
