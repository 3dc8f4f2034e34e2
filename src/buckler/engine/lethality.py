"""What one shot can do where it meets its target: the stated kill probability, what is left of it there, and the draw."""

from __future__ import annotations

from buckler import draws
from buckler.compiled import borrowing_kernel, kernel
from buckler.decision.evaluation import given_common_mode
from buckler.dtypes import WorldArrays
from buckler.engine.reach import site_at
from buckler.physics.flyout import arrival
from buckler.physics.intercept import end_game_factor, manoeuvre_left, range_and_height, target_at
from buckler.physics.interceptor import straight_line_m


@kernel
def burst_factor(range_m: float, effective_range_m: float) -> float:
    """What is left of a burst's kill probability at a range: min(1, (R_e/R)^2).

    A burst whose shells leave with an angular spread sigma covers an area that grows with R^2, so that a small target is hit by
    a shell with probability A/(2 pi sigma^2 R^2) (the circular normal distribution far from its middle's flat top; e.g. R. E. Ball,
    "The Fundamentals of Aircraft Combat Survivability", 2nd edition, 2003, chapter 6, on miss distance). Up to the effective
    range R_e the stated value holds: that is what "effective" means. A shell's fall of speed and the target's turn in its longer
    flight are left out: they would make the fall steeper.
    """
    if range_m <= effective_range_m:
        return 1.0
    return (effective_range_m / range_m) ** 2


@borrowing_kernel
def single_shot(world: WorldArrays, w: int, i: int, meet_s: float, left_s: float) -> float:
    """Kill probability of one shot of weapon `w` that meets threat `i` at `meet_s`: the stated SSPK times what speed, turn and
    range leave of it (`physics.intercept.end_game_factor`, `burst_factor`). `left_s`: when an aircraft leaves its station."""
    weapon = world.weapons[w]
    body = world.threats[i]
    stated: float = weapon.kill_probability[body.kill_class]
    evades = weapon.steers != 0 and body.evasion_mps2 > 0.0
    if weapon.slow_factor == 1.0 and not evades and weapon.steers != 0:
        return stated
    row = world.interceptors[weapon.table]
    x, y, z = target_at(world.path_m[body.first : body.first + body.points], body.start_s, body.step_s, meet_s)
    range_m, height_m = range_and_height(world.sites[site_at(world.batteries[weapon.battery], left_s)], x, y, z)
    if weapon.steers == 0:
        return stated * burst_factor(straight_line_m(range_m, height_m, row.launch_height_m), weapon.effective_range_m)
    _, speed_mps = arrival(row, world.fly_out_s[weapon.table], world.fly_out_mps[weapon.table], range_m, height_m)
    turn_mps2 = manoeuvre_left(row, world.air, speed_mps, height_m) if evades else 0.0
    return stated * end_game_factor(
        speed_mps, row.min_speed_mps, weapon.full_speed_mps, weapon.slow_factor, turn_mps2, body.evasion_mps2
    )


@borrowing_kernel
def kills(world: WorldArrays, seed: int, replication: int, w: int, i: int, ordinal: int, chance: float) -> bool:
    """The kill draw of the shot with that number of weapon `w`'s battery at threat `i`, with a kill probability `chance`.

    A kill needs two successes: that of what all shots at the threat share, drawn once a threat (whoever fires, each round against
    its own probability), and that of this shot, drawn for itself.
    """
    weapon = world.weapons[w]
    shooter, target, common_mode = world.batteries[weapon.battery].key, world.threats[i].key, weapon.common_mode
    luck = draws.draw(seed, replication, draws.SHOT, shooter, target, ordinal)
    if luck >= given_common_mode(chance, common_mode):
        return False
    return bool(common_mode >= 1.0 or draws.draw(seed, replication, draws.COMMON_MODE, target, target, 0) < common_mode)
