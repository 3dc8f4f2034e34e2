"""The look of the page: one style sheet, for wide and narrow, light and dark, screen and paper."""

from __future__ import annotations

from typing import Final

from buckler.drawing import palette

CSS: Final = f"""
:root {{ color-scheme: light dark;
  --paper: {palette.PAPER}; --text: {palette.TEXT}; --muted: #5c5c5c; --rule: #d9d9d9; --panel: #f6f7f8;
  --sea: {palette.SEA}; --land: {palette.LAND}; --coast: {palette.COAST}; --border: {palette.BORDER};
  --defence: {palette.DEFENCE.colour}; --sensor: #007d5c; --asset: #111111; --raid: {palette.RAID.colour};
  --through: #a8497f; --killed: #007d5c; --warn: #8a5a00; --warn-bg: #fdf3dc; --halo: #ffffffd9; }}
@media (prefers-color-scheme: dark) {{ :root {{
  --paper: #15181b; --text: #e8e8e6; --muted: #a3a9ae; --rule: #363c41; --panel: #1e2226;
  --sea: #1b2730; --land: #2a2d2e; --coast: #66757f; --border: #6c675f;
  --defence: {palette.SKY_BLUE}; --sensor: #35c49a; --asset: #f4f4f2; --raid: #ff8a4c;
  --through: #e79ac2; --killed: #35c49a; --warn: {palette.ORANGE}; --warn-bg: #33290f; --halo: #15181bd9; }} }}
* {{ box-sizing: border-box; }}
html {{ -webkit-text-size-adjust: 100%; }}
body {{ margin: 0; background: var(--paper); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }}
main {{ max-width: 1020px; margin: 0 auto; padding: 28px 30px 60px; }}
h1 {{ font-size: 1.75rem; line-height: 1.2; margin: 0 0 4px; text-wrap: balance; }}
h2 {{ font-size: 1.25rem; margin: 46px 0 6px; }}
h3 {{ font-size: 1rem; margin: 0 0 8px; }} .scroll + h3, figure + h3 {{ margin-top: 26px; }}
p {{ margin: 6px 0 12px; max-width: 76ch; }}
a {{ color: var(--defence); }}
.facts, .small {{ color: var(--muted); font-size: .9rem; }}
.notice {{ background: var(--warn-bg); color: var(--text); border-left: 4px solid var(--warn); padding: 8px 14px;
  margin: 16px 0; max-width: none; font-size: .95rem; }}
.answer {{ font-size: 1.2rem; line-height: 1.45; margin: 20px 0 22px; max-width: 62ch; text-wrap: pretty; }}
.cards {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 14px; }}
.card {{ background: var(--panel); border-radius: 8px; padding: 14px 16px 16px; }}
.card b {{ display: block; font-size: 1.85rem; line-height: 1.2; font-variant-numeric: tabular-nums; }}
.card .name {{ font-weight: 600; }} .card .small {{ display: block; margin-bottom: 10px; }}
.gauge {{ position: relative; height: 12px; border-radius: 3px; background: var(--rule); overflow: hidden; }}
.gauge i {{ position: absolute; top: 0; bottom: 0; background: var(--defence); }}
.gauge i.range {{ background: var(--text); opacity: .38; top: 4px; bottom: 4px; }}
.gauge.through i:not(.range) {{ background: var(--through); }}
.gauge.killed i:not(.range) {{ background: var(--killed); }}
.scroll {{ overflow-x: auto; max-width: 100%; }}
td.part {{ padding-left: 1.4em; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .95rem; }}
th, td {{ text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }}
th {{ font-weight: 600; color: var(--muted); font-size: .85rem; }}
td.n, th.n {{ text-align: right; white-space: nowrap; }} td.bar {{ width: 34%; min-width: 110px; padding-top: 11px; }}
tr.head td {{ font-weight: 600; border-bottom-color: var(--muted); padding-top: 18px; }}
figure {{ margin: 10px 0 0; }} figcaption {{ color: var(--muted); font-size: .88rem; margin-top: 6px; }}
svg {{ display: block; width: 100%; height: auto; font-family: inherit; }}
svg text {{ fill: var(--text); font-size: 12px; }}
.map {{ border: 1px solid var(--rule); border-radius: 6px; }}
.sea {{ fill: var(--sea); }} .land {{ fill: var(--land); fill-rule: evenodd; }}
.coast, .border, .disputed {{ fill: none; stroke: var(--coast); stroke-width: .8; }}
.border, .disputed {{ stroke: var(--border); }} .disputed {{ stroke-dasharray: 4 3; }}
.rings path {{ fill: var(--sensor); fill-opacity: .04; stroke: var(--sensor); stroke-width: 1;
  stroke-opacity: .75;
    stroke-dasharray: 6 3; }}
.reach path {{ fill: none; stroke: var(--defence); stroke-width: 1; opacity: .75; }}
.shots path {{ fill: none; stroke: var(--defence); stroke-width: 1.2; }}
.link {{ fill: none; stroke: var(--text); stroke-width: 1; opacity: .5; }} .link.l-radio {{ stroke-dasharray: 2 2.5; }}
.link.l-satellite {{ stroke-dasharray: 8 2.5 2 2.5; }}
.orbit {{ fill: none; stroke: var(--sensor); stroke-width: 1.3; stroke-dasharray: 4 2; }}
.track {{ fill: none; stroke: var(--raid); stroke-width: 1.5; opacity: .85; }}
.track.c-cruise {{ stroke-dasharray: 9 3; }} .track.c-drone {{ stroke-dasharray: 2 3; }}
.track.c-aircraft {{ stroke-dasharray: 9 3 2 3; }} .track.c-helicopter {{ stroke-dasharray: 4 4; }}
.track.c-civil, .track.c-own {{ stroke: var(--muted); stroke-width: 1.1; }} .track.c-own {{ stroke-dasharray: 7 3 1 3; }}
.track.c-stage {{ stroke-width: 1; opacity: .6; stroke-dasharray: 1 3; }}
.end-killed, .tl-kill {{ fill: var(--killed); stroke: var(--paper); stroke-width: 1; }}
.end-through, .tl-impact {{ fill: none; stroke: var(--through); stroke-width: 2.8; }}
.site {{ stroke: var(--paper); stroke-width: 1.2; }} .site.asset {{ fill: var(--asset); }}
.site.battery, .site.command {{ fill: var(--defence); }} .site.sensor {{ fill: var(--sensor); }}
text.name {{ font-size: 13px; paint-order: stroke; stroke: var(--halo); stroke-width: 3.5px;
    stroke-linejoin: round; }}
text.name.asset {{ font-weight: 700; }} text.name.sensor {{ fill: var(--sensor); }}
text.name.battery {{ fill: var(--defence); }}
.scale {{ fill: none; stroke: var(--text); stroke-width: 1.5; }}
.for-narrow {{ display: none; }}
.legend {{ display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 0; padding: 0; list-style: none;
  font-size: .88rem; color: var(--muted); }}
.legend li {{ display: flex; align-items: center; gap: 6px; }}
.legend svg {{ width: 30px; height: 16px; flex: none; }}
.pick {{ font-size: .92rem; }} label.pick {{ margin: 0 14px 0 4px; white-space: nowrap; cursor: pointer; }}
input.pick {{ accent-color: var(--sensor); vertical-align: -1px; }} .map .rings {{ display: none; }}
.chains {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(400px, 100%), 1fr)); gap: 24px 44px;
    margin-top: 14px; }}
.chain .stage {{ display: grid; grid-template-columns: 92px 1fr 150px; gap: 12px; align-items: center;
    font-size: .9rem;
  font-variant-numeric: tabular-nums; padding: 1.5px 0; }}
.chain .stage span:last-child {{ white-space: nowrap; }}
.chain .stage em {{ float: right; }} .chain .ends {{ margin-top: 6px; }}
.chain em, td em {{ font-style: normal; color: var(--muted); font-size: .86em; }}
.timeline {{ min-width: 720px; }} .timeline .axis {{ fill: var(--muted); font-size: 11px; }}
.timeline .row {{ font-size: 11.5px; }}
.grid {{ stroke: var(--rule); stroke-width: 1; }} .tl-split {{ stroke: var(--rule); }}
.tl-unseen {{ stroke: var(--muted); stroke-width: 1.2; stroke-dasharray: 1.5 3; }}
.tl-0, .tl-1, .tl-2 {{ stroke: var(--defence); stroke-width: 2; }} .tl-0 {{ opacity: .45; }}
.tl-1 {{ stroke-width: 4; opacity: .6; }} .tl-2 {{ stroke-width: 7; opacity: .55; }}
.tl-fire {{ stroke: var(--text); stroke-width: 1.6; }}
.tl-miss {{ fill: var(--paper); stroke: var(--text); stroke-width: 1.3; }}
details {{ border: 1px solid var(--rule); border-radius: 8px; padding: 0 14px; margin: 10px 0; }}
summary {{ cursor: pointer; padding: 10px 0; font-weight: 600; }}
.tag {{ display: inline-block; border-radius: 4px; padding: 0 6px; font-size: .8rem; border: 1px solid var(--rule);
  white-space: nowrap; }}
.tag.assumption {{ background: var(--warn-bg); border-color: var(--warn); color: var(--warn); }}
.tag.unknown {{ border-style: dashed; }}
pre {{ background: var(--panel); border-radius: 8px; padding: 12px 14px; overflow-x: auto; font-size: .92rem; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; font-size: .9rem; margin: 10px 0; }}
dt {{ color: var(--muted); }} dd {{ margin: 0; overflow-wrap: anywhere; }}
@media (max-width: 640px) {{
  main {{ padding: 18px 16px 40px; }} h1 {{ font-size: 1.4rem; }} .answer {{ font-size: 1.08rem; }}
  .cards {{ grid-template-columns: 1fr 1fr; gap: 10px; }} .card {{ padding: 10px 12px 12px; }}
  .card b {{ font-size: 1.45rem; }}
  .for-wide {{ display: none; }} .for-narrow {{ display: inline; }}
  .for-narrow text.name {{ font-size: 27px; stroke-width: 7px; }}
  .map text.scale-text {{ font-size: 24px; }} .map .site {{ stroke-width: .8; scale: 1.7; }}
  .map .track {{ stroke-width: 2.6; }}
  .map .coast, .map .border {{ stroke-width: 1.6; }} .map .rings path, .map .reach path {{ stroke-width: 2.2; }}
  .map .end-through {{ stroke-width: 5; }} .map .end-killed {{ r: 6px; }}
  table.stack, .stack tbody {{ display: block; }} .stack thead, .stack td.bar, .stack td:empty {{ display: none; }}
  .stack tr {{ display: flex; flex-wrap: wrap; gap: 0 16px; padding: 7px 0; border-bottom: 1px solid var(--rule); }}
  .stack td {{ border: 0; padding: 0; }} .stack td:first-child {{ flex: 0 0 100%; font-weight: 600; }}
  .stack td.n {{ text-align: left; }} .stack td strong ~ * {{ font-weight: 400; }}
  .stack td[data-label]::before {{ content: attr(data-label) " "; color: var(--muted); font-size: .86em; }}
  .stack tr.head {{ padding-top: 16px; border-bottom-color: var(--muted); }}
  .sources td:last-child {{ flex: 0 0 100%; }}
  dl {{ grid-template-columns: 1fr; gap: 0; }} dd {{ margin-bottom: 6px; }}
}}
@media print {{
  :root {{ color-scheme: light; }} body {{ font-size: 11px; }} main {{ max-width: none; padding: 0; }}
  h2 {{ margin-top: 24px; break-after: avoid; }} figure, .card, .chain, tr {{ break-inside: avoid; }}
  .pick {{ display: none; }} details::details-content {{ content-visibility: visible; height: auto; }}
  * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
}}
"""
"""The style sheet. Colours that carry text are darkened or lightened from the palette to a contrast of at least 4.5."""


def ring_rules(count: int) -> str:
    """The rules by which a radio button `ring-N` shows the rings of its group and no other."""
    return "".join(f"#show-{n}:checked ~ figure .ring-{n} {{ display: inline; }}\n" for n in range(count))
