"""A review as one page of HTML: it needs nothing else, and reads well on a phone and in print.

Names, lists and channels come from files and calendars, that is from anybody: all are escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from syncd.cli.review import NAMED, rate, tables
from syncd.cli.words import say_day, say_name
from syncd.engine.reviewing import sentences
from syncd.model.words import plural

if TYPE_CHECKING:
    from syncd.model.roster import Roster
    from syncd.reconcile.review import Review, Tally

_STYLE = """
:root { color-scheme: light dark }
body { font: 17px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
td, th { padding: .15rem .5rem .15rem 0; text-align: left; vertical-align: middle }
td.n { text-align: right; white-space: nowrap }
svg { width: 100%; height: 1rem; display: block }
.tried { fill: #9bb } .reached { fill: #287 }
p.key { font-size: .9rem }
@media print { body { margin: 0; font-size: 12px } .tried { fill: #ccc } .reached { fill: #444 } }
"""


def page(found: Review, roster: Roster, title: str) -> str:
    """The page's whole text."""
    parts = [f"<h1>{escape(title)}</h1>"]
    parts += [f"<p>{escape(sentence)}</p>" for sentence in sentences(found, title)]
    shown = tables(found)
    for name, tallies in shown.items():
        parts.append(f"<h2>By {escape(name)}</h2>{_bars(tallies)}")
    if shown:
        parts.append('<p class="key">Each bar: attempts, and in it those who were reached.</p>')
    if found.drifting:
        today = found.until - timedelta(days=1)
        rows = "".join(
            f"<tr><td>{escape(say_name(roster, each.person))}</td>"
            f"<td>{escape(say_day(each.due, today))}</td>"
            f'<td class="n">{escape(plural(each.days, "day"))}</td></tr>'
            for each in found.drifting[:NAMED]
        )
        parts.append(f"<h2>Drifting</h2><table><tr><th>who<th>due<th>late{rows}</table>")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style>{''.join(parts)}</html>\n"
    )


def _bars(tallies: Mapping[str, Tally]) -> str:
    most = max((each.tried for each in tallies.values()), default=1) or 1
    rows = []
    for name, each in tallies.items():
        tried, reached = (100 * number / most for number in (each.tried, each.reached))
        told = f"{each.reached} of {each.tried} reached"
        rows.append(
            f'<tr><td>{escape(name)}</td><td style="width:60%">'
            f'<svg role="img" aria-label="{told}" preserveAspectRatio="none" '
            f'viewBox="0 0 100 10"><rect class="tried" width="{tried:.1f}" height="10"/>'
            f'<rect class="reached" width="{reached:.1f}" height="10"/></svg></td>'
            f'<td class="n">{told}{" · " + rate(each) if each.tried else ""}</td></tr>'
        )
    return f"<table>{''.join(rows)}</table>"
