import pytest
from tests.year.test_bad_line import Struck, Rivals
from tests.year.test_checklist_year import Checked
from tests.year.test_year import live


class StruckLines(Struck, Checked):
    pass


class RivalLines(Rivals, Checked):
    pass


@pytest.mark.parametrize("seed", [31, 32])
def test_struck(seed):
    h = StruckLines(seed)
    live(h, 120)
    print(h.seen)


@pytest.mark.parametrize("seed", [41])
def test_rivals(seed):
    live(RivalLines(seed), 60)
