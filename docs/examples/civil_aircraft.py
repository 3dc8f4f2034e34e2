"""The civil-aircraft study: leakers against wrongful engagements, for three weapon control rules and two states of IFF.

    python docs/examples/civil_aircraft.py [REPLICATIONS] [FOLDER]

Every case is turkey-2019-civil with one control order for all batteries, and with the S-400 regiment able to ask the IFF of own aircraft or
not; all meet the same luck. Writes civil-aircraft.csv and civil-aircraft.svg/.png; intervals are 95 %.

Under weapons free own aircraft may be fired at although IFF is shared: a patrol that flies without transponder, plan, airway and known
airfield looks hostile in all else, so that one valid answer leaves p(own) at 0.92, below the 0.95 of a friend; the second, 15 s later,
settles it. Who is in reach before that, or whose IFF has failed (one in twenty), can be fired at.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from buckler.campaign.simulate import simulate_into
from buckler.drawing import palette
from buckler.drawing.style import figure_style, grid, new_figure, save_figure
from buckler.log.read import open_run
from buckler.scenario.doctrine import ControlOrder
from buckler.scenario.load import Loaded, load_scenario

CONTROLS = ("hold", "tight", "free")
IFF = ("not interoperable", "interoperable")


def case(base: Loaded, control: str, iff: str) -> Loaded:
    """The scenario under one rule for all batteries, its posts sharing an IFF or not."""
    scenario = base.scenario
    commands = [
        post.model_copy(update={"iff_modes": ["NATO", "its own"]}) if iff == "interoperable" else post for post in scenario.commands
    ]
    orders = [ControlOrder(name=f"weapons {control}", status=control)]  # type: ignore[arg-type]
    name = f"{scenario.name}-{control}-{iff.replace(' ', '-')}"
    return replace(base, scenario=scenario.model_copy(update={"name": name, "commands": commands, "control_orders": orders}))


def study(replications: int, scenario: str = "turkey-2019-civil", workers: int = 1) -> list[dict[str, Any]]:
    """One row a case: mean leakers and wrongfully engaged aircraft, each with its interval."""
    rows = []
    base = load_scenario(scenario)
    with tempfile.TemporaryDirectory() as folder:
        for iff in IFF:
            for control in CONTROLS:
                run = Path(folder) / f"{control} {iff}"
                simulate_into(case(base, control, iff), run, replications=replications, seed=1, workers=workers)
                summary = open_run(run).summary
                row: dict[str, Any] = {"control": control, "iff": iff, "replications": replications}
                for name, figure in (
                    ("leakers", summary["leakers"]),
                    ("civil_engaged", summary["mistakes"]["civil"]["number_engaged"]),
                    ("own_engaged", summary["mistakes"]["own"]["number_engaged"]),
                    ("any_civil", summary["mistakes"]["civil"]["engaged"]),
                    ("any_own", summary["mistakes"]["own"]["engaged"]),
                ):
                    row |= {name: figure["value"], f"{name}_low": figure["low"], f"{name}_high": figure["high"]}
                rows.append(row)
    return rows


def draw(rows: list[dict[str, Any]], folder: Path) -> None:
    """Leakers against wrongfully engaged aircraft, civil on the left and own on the right."""
    with figure_style():
        figure, axes = new_figure(height_in=3.6, columns=2)
        marks = {"hold": "s", "tight": "o", "free": "^"}
        for ax, side in zip(axes, ("civil", "own"), strict=True):
            for row in rows:
                colour = palette.BLUE if row["iff"] == "interoperable" else palette.VERMILLION
                x, y = row[f"{side}_engaged"], row["leakers"]
                across = [[x - row[f"{side}_engaged_low"]], [row[f"{side}_engaged_high"] - x]]
                ax.errorbar(
                    x, y, xerr=across, yerr=[[y - row["leakers_low"]], [row["leakers_high"] - y]], marker=marks[row["control"]],
                    color=colour, linestyle="none", capsize=2.0, label=f"weapons {row['control']}, IFF {row['iff']}",
                )  # fmt: skip
            ax.set_xlabel(f"{side} aircraft wrongly fired at, a raid")
            ax.set_xlim(left=min(-0.05, ax.get_xlim()[0]))
            grid(ax, "both")
        axes[0].set_ylabel("threats that get through, a raid")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
        for suffix in ("svg", "png"):
            save_figure(figure, folder / f"civil-aircraft.{suffix}")


def main(replications: int, folder: Path) -> None:
    """Run the study and write its table and figure."""
    rows = study(replications)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "civil-aircraft.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    draw(rows, folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, Path(sys.argv[2] if len(sys.argv) > 2 else "runs/civil-aircraft"))
