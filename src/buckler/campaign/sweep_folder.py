"""A sweep in its folder: what the folder holds, and what is missing flown into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from buckler import __version__
from buckler.campaign.folder import Found, platform_facts, prepare, stored_in
from buckler.campaign.lock import alone_in
from buckler.campaign.pool import run_all
from buckler.campaign.results import write_results
from buckler.campaign.run import Interrupted, Progress
from buckler.campaign.store import ScoreStore
from buckler.campaign.sweep import Costs, Sweep
from buckler.compiled import kernel_hash
from buckler.errors import InputError, OutputExistsError
from buckler.log.schema import SCHEMA_VERSION
from buckler.log.write import atomic_bytes, unpack, write_json

if TYPE_CHECKING:
    from buckler.campaign.cluster import Cluster


_OURS: Final = (
    "study.json",
    "study.yaml",
    "scenario.yaml",
    "points.parquet",
    "scores.parquet",
    "summary.json",
    "report.html",
    "wrongful.svg",
    "wrongful.png",
)


def look(sweep: Sweep, force: bool) -> Found:
    """What is in the folder; refuses what is not this study's, unless forced (pieces that are still wanted are kept)."""
    folder = sweep.folder
    stored = stored_in(folder, "study.json")
    if not folder.exists() or not any(folder.iterdir()):
        return Found.NOTHING
    if stored.get("study_key") == sweep.key:
        whole = stored.get("complete") and (folder / "summary.json").is_file() and (folder / "scores.parquet").is_file()
        return Found.FINISHED if whole else Found.UNFINISHED
    if force:
        for name in _OURS:
            (folder / name).unlink(missing_ok=True)
        return Found.NOTHING
    what = (
        "another study (other factors, points, seed, -n or version)"
        if "study_key" in stored
        else "something that is not a study"
    )
    raise OutputExistsError(f"{folder} holds {what}: choose another folder with -o, or write --force to replace it")


def run_sweep(
    sweep: Sweep,
    *,
    command: str,
    force: bool = False,
    progress: Progress = lambda done, total: None,
    announce: Callable[[Costs], None] = lambda costs: None,
    at_most: int | None = None,
    cluster: Cluster | None = None,
) -> Found:
    """Tell the plan, fly what is missing, write the tables. Returns what was found in the folder."""
    found = look(sweep, force)
    folder, study = sweep.folder, sweep.study
    total = len(sweep.plan.points) * study.replications
    if at_most is not None and total > at_most:
        raise InputError(
            f"{len(sweep.plan.points):,} points of {study.replications:,} replications are {total:,}, and --at-most says {at_most:,}: "
            f"write -n {max(at_most // len(sweep.plan.points), 2)}, or a design of fewer points"
        )
    if found is Found.FINISHED:
        progress(total, total)
        return found
    costs = sweep.measure_missing()
    announce(costs)
    if costs.bytes > costs.free_bytes:
        raise InputError(
            f"the sweep writes about {costs.bytes / 1e6:,.0f} MB, and {folder} has {costs.free_bytes / 1e6:,.0f} MB left: "
            "choose another folder with -o, or fewer points or replications"
        )
    prepare(folder)
    try:
        with alone_in(folder):
            _fly(sweep, command, progress, cluster)
    except OSError as error:
        raise InputError(
            f"cannot write in {folder}: {error.strerror or error}. Finished pieces are kept; make room and give the same command again"
        ) from error
    return found


def _fly(sweep: Sweep, command: str, progress: Progress, cluster: Cluster | None) -> None:
    folder, plan = sweep.folder, sweep.plan
    write_json(folder / "study.json", _facts(sweep, command, False))
    atomic_bytes(folder / "study.yaml", ("\n".join(plan.document.lines) + "\n").encode())
    atomic_bytes(folder / "scenario.yaml", sweep.world.scenario_text.encode())
    store = ScoreStore(folder / "points")
    pieces = [(point.number, chunk) for point in plan.points for chunk in range(sweep.chunks)]
    addresses = {piece: sweep.address(*piece) for piece in pieces}
    # Points that come to the same scenario are flown once.
    wanted = {addresses[piece]: piece for piece in reversed(pieces)}
    missing = [piece for address, piece in reversed(wanted.items()) if store.get(address) is None]
    total = sum(sweep.work.size(chunk) for _, chunk in wanted.values())
    done = total - sum(sweep.work.size(chunk) for _, chunk in missing)
    progress(done, total)

    def keep(piece: tuple[int, int], content: bytes) -> int:
        store.put(addresses[piece], content)
        return sweep.work.size(piece[1])

    def told(amount: int) -> None:
        nonlocal done
        done += amount
        progress(done, total)

    if cluster is None:
        whole = run_all(lambda piece: keep(piece, sweep.work(piece)), missing, sweep.workers, told)
    else:
        whole = cluster.run_all(sweep.work, missing, lambda piece, content: told(keep(piece, content)))
    if not whole:
        raise Interrupted(folder, done, total)
    facts = _facts(sweep, command, True)
    write_results(folder, plan, _tables(sweep, store, addresses), facts)
    write_json(folder / "study.json", facts)


def _tables(sweep: Sweep, store: ScoreStore, addresses: dict[tuple[int, int], str]) -> list[pa.Table]:
    """The scores of each point, in the order of the points."""
    tables = []
    for point in sweep.plan.points:
        chunks = []
        for chunk in range(sweep.chunks):
            address = addresses[point.number, chunk]
            table = store.get(address)
            if table is None:  # altered since it was written
                content = sweep.work((point.number, chunk))
                store.put(address, content)
                table = unpack(content)
            chunks.append(table)
        tables.append(pa.concat_tables(chunks))
    return tables


def _facts(sweep: Sweep, command: str, complete: bool) -> dict[str, Any]:
    plan, scenario = sweep.plan, sweep.plan.base.scenario
    return {
        "schema": SCHEMA_VERSION,
        "buckler": __version__,
        "study_key": sweep.key,
        "kernel_hash": kernel_hash(),
        "title": plan.study.title or f"{scenario.name}: {plan.design}",
        "scenario": scenario.name,
        "scenario_title": scenario.title,
        "notional": scenario.notional,
        "as_of": scenario.as_of,
        "design": plan.design,
        "aliases": list(plan.aliases),
        "points": len(plan.points),
        "replications": plan.study.replications,
        "seed": plan.study.seed,
        "terrain": {
            "source": sweep.world.terrain.source,
            "cell_size": sweep.world.terrain.cell_size,
            "note": sweep.world.terrain.caveat,
        },
        "factors": [{"name": name, "levels": levels} for name, levels in sweep.labels()],
        "command": command,
        "complete": complete,
        "platform": platform_facts(),
    }
