"""From a World to fights."""

from __future__ import annotations

from benchmarks.plain.battery import Battery
from benchmarks.plain.command import Command
from benchmarks.plain.events import Event, Priority
from benchmarks.plain.fight import Fight
from benchmarks.plain.luck import Luck
from benchmarks.plain.radar import Radar
from benchmarks.plain.rounds import Air, Rounds
from benchmarks.plain.sight import Attenuation, Horizon
from benchmarks.plain.threat import Path, Threat
from benchmarks.plain.weapon import Weapon
from buckler.dtypes import WorldArrays


class PlainModel:
    """A World's facts as Python lists, from which each replication begins."""

    def __init__(self, world: WorldArrays) -> None:
        batteries = world.batteries
        if batteries["ruled"].any() or world.weapons["kept"].any():
            raise ValueError("the plain model knows no rules of engagement but salvos, bands, classes and hold")
        if (batteries["next_salvo"] != batteries["salvo"]).any() or (batteries["dash_mps"] > 0.0).any():
            raise ValueError("the plain model knows one salvo a class, of batteries that stand")
        if world.basket_m > 0.0 or len(world.bodies):
            raise ValueError("the plain model knows the true picture, without traffic")
        self.world = world
        self.paths = []
        for body in world.threats:
            rows = slice(int(body["first"]), int(body["first"]) + int(body["points"]))
            self.paths.append(
                Path(
                    world.path_m[rows].tolist(),
                    world.path_ahead_mps[rows].tolist(),
                    float(body["start_s"]),
                    float(body["step_s"]),
                )
            )
        self.horizons = [
            Horizon(world.lowest_m[s].astype(float).tolist(), float(sensor["lowest_step_m"]))
            for s, sensor in enumerate(world.sensors)
        ]
        self.attenuations = [
            Attenuation(world.air_db[s].astype(float).tolist(), float(sensor["air_step_m"]))
            for s, sensor in enumerate(world.sensors)
        ]
        self.rounds = [
            Rounds(*tables)
            for tables in zip(
                world.interceptors, world.fly_out_s, world.fly_out_mps, world.fly_out_clear_m, strict=True
            )
        ]
        self.sites = world.sites.tolist()
        self.pairs = world.pairs.tolist()
        self.air = Air(world.air)

    def fight(self, seed: int, replication: int) -> Fight:
        """Everything at the start of one replication."""
        world, count = self.world, len(self.world.threats)
        threats = [Threat(i, world.first_threat + i, record, self.paths[i]) for i, record in enumerate(world.threats)]
        commands = [Command(c, world.first_command + c, record, count) for c, record in enumerate(world.commands)]
        radars = []
        for s, record in enumerate(world.sensors):
            command = commands[int(record["command"])]
            own = int(record["first_disturbance"])
            rises = world.disturbances[own : own + int(record["disturbances"])].tolist()
            radars.append(
                Radar(s, world.first_sensor + s, record, command, self.horizons[s], self.attenuations[s], rises, count)
            )
            command.radars.append(radars[-1])
        batteries = []
        for b, record in enumerate(world.batteries):
            command = commands[int(record["command"])]
            first = int(record["first_sensor"])
            on = [radars[s] for s in world.fire_control[first : first + int(record["sensors"])].tolist()]
            batteries.append(Battery(record, self.sites[b], command, on, count))
            command.batteries.append(batteries[-1])
        for w, record in enumerate(world.weapons):
            weapon = Weapon(
                w, world.first_weapon + w, record, self.rounds[int(record["table"])], self.air, self.pairs[w]
            )
            weapon.battery = batteries[int(record["battery"])]
            weapon.battery.weapons.append(weapon)
        fight = Fight(float(world.duration_s), Luck(seed, replication), threats, commands, radars, batteries)
        arms = [weapon for battery in batteries for weapon in battery.weapons]
        for row in world.rules[len(world.rules) - world.supplies :]:
            weapon, rounds, due_s = arms[int(row["a"])], int(row["b"]), float(row["x"])
            fight.at(
                due_s, Priority.RELOADED, weapon.index, rounds,
                lambda t, weapon=weapon, rounds=rounds: weapon.supplied(fight, rounds, t),
            )  # fmt: skip
        return fight

    def events(self, seed: int, replication: int) -> list[Event]:
        """The events of one replication."""
        return self.fight(seed, replication).fly()
