from pathlib import Path

import pytest

from suppliers.importers.sirene.communes import Communes
from suppliers.importers.sirene.staging import Staging

pytestmark = pytest.mark.django_db


def test_ctrl_c_stops_a_long_reading_at_once(tmp_path: Path) -> None:
    staging = Staging(tmp_path, Communes({"13005": "13005"}, frozenset({"13005"})))
    shown = []

    def interrupt(percent: int) -> None:
        shown.append(percent)
        raise KeyboardInterrupt

    endless = "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b"
    with pytest.raises(KeyboardInterrupt):
        staging._execute(endless, [], interrupt)
    staging.close()
    assert len(shown) == 1
