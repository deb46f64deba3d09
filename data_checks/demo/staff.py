"""The demo company's people: 12 teams in 3 departments, the 140 persons in them, their courses.

Staff does not grow with the scale: a smaller demo is the same company with fewer customers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_checks.demo.calendar import DAYS, END, MONTHS, NEVER, START, Rng, Times, Words

TEAMS = {
    "G1": ("North", "Customer service", "Greta Lindqvist", 16),
    "G2": ("South", "Customer service", "Paolo Ferri", 18),
    "G3": ("Business accounts", "Customer service", "Anke Vogel", 14),
    "G4": ("Product advice", "Technical support", "Tomasz Wrona", 14),
    "G5": ("Returns", "Technical support", "Ines Carvalho", 12),
    "G6": ("East", "Customer service", "Milan Dvorak", 11),
    "G7": ("West", "Customer service", "Joanna Reid", 12),
    "G8": ("Tools desk", "Technical support", "Ruben Castro", 9),
    "G9": ("Installations", "Technical support", "Heike Baum", 8),
    "G10": ("Chat desk", "Digital service", "Amir Nasser", 12),
    "G11": ("Portal desk", "Digital service", "Lena Fuchs", 8),
    "G12": ("Night line", "Digital service", "Otto Keller", 6),
}
"""Team number → name, department, head, how many of the 140."""

HANDS_ON_TOO_MUCH = "G5"
"""Planted: Returns hands tickets on three times as often, and its customers are less satisfied for it."""

CONTRADICTS = "G8"
"""Planted: the Tools desk's quality rises after its training, its customers' satisfaction does not."""

WAVES = {
    "2024-03": ("G1", "G2"),
    "2024-11": ("G3", "G4"),
    "2026-02": ("G6", "G7", "G8", "G10"),
}
"""Planted: the month in which the course "Clear answers" is held → the teams that take it. Quality follows two
months later."""

SIX_ANSWERS = "S031"
"""Planted: an agent with six answers, all good; a league table would put her first."""

_FIRST = """Ada Bela Carla Dario Elif Finn Gesa Hugo Ilse Jonas Katja Luca Maren Nils Olga Piet Rana Sven Tilda Uwe Vera
Wim Xenia Yusuf Zoe Arne Birte Cem Dora Emil""".split()
_LAST = """Kremer Horvat Neumann Conti Arslan Petersen Brandt Lambert Maurer Eklund Simic Moretti Holt Aamodt Pavlova
Visser Haddad Olsen Berg Krause Novak Claes Roth Demir Marchand Falk Jansen Kaya Szabo Ortner""".split()

_PEOPLE = 140
_THERE_AT_THE_START = 98
_LEAVE = 34
_COURSES = {"Product range": 6.0, "Complaints": 4.0, "Safety at work": 3.0, "Service systems": 5.0}
_CLEAR_ANSWERS = "Clear answers"


def teams() -> pd.DataFrame:
    """One row per team."""
    rows = [(number, *about[:3]) for number, about in TEAMS.items()]
    return pd.DataFrame(rows, columns=["group_no", "group", "department", "group_lead"]).astype(object)


def staff(rng: Rng) -> pd.DataFrame:
    """One row per person, spread over the teams by size; `left` is empty for those still there."""
    numbers = np.array([f"S{n + 1:03d}" for n in range(_PEOPLE)], dtype=object)
    mila = numbers == SIX_ANSWERS
    group = _places(rng)
    group[mila] = "G2"
    hired, left = _employment(rng)
    hired[mila], left[mila] = np.datetime64("2026-08-03"), NEVER
    names = [f"{_FIRST[n % 30]} {_LAST[(n + 7 * (n // 30)) % 30]}" for n in range(_PEOPLE)]
    roles = np.where(mila, "Part-time", np.where(np.arange(_PEOPLE) % 4 == 0, "Senior", "Agent"))
    return pd.DataFrame(
        {
            "staff_no": numbers,
            "name": np.where(mila, "Mila Sander", np.array(names, dtype=object)),
            "group_no": group,
            "role": roles.astype(object),
            "hired": hired,
            "left": left,
        }
    )


def training(rng: Rng, people: pd.DataFrame) -> pd.DataFrame:
    """One row per person and course completed: the waves, and one ordinary course about every fourth month each."""
    waves = [_wave(rng, people, np.datetime64(month), teams) for month, teams in WAVES.items()]
    frame = pd.concat([*waves, _ordinary(rng, people)]).sort_values(["completed", "staff_no"], ignore_index=True)
    frame.insert(0, "training_no", [f"C{4_000 + n}" for n in range(len(frame))])
    return frame


def quality_lift(group: Words, months: Times) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Points by which a team's reviews are higher for its training, per row: nothing until two months after."""
    lift = np.zeros(len(group))
    for month, trained in WAVES.items():
        since = (months.astype("datetime64[M]") - np.datetime64(month, "M")).astype(int)
        lift += np.where(np.isin(group, trained), np.select([since >= 2, since == 1], [8.0, 2.0], 0.0), 0.0)
    return lift


def _places(rng: Rng) -> Words:
    """Each person's team, sizes as in TEAMS, mixed so that seniority is spread."""
    seats = np.repeat(np.array(list(TEAMS), dtype=object), [about[3] for about in TEAMS.values()])
    return np.asarray(rng.permutation(seats))


def _employment(rng: Rng) -> tuple[Times, Times]:
    """First and last day of each person: most are there from before, the others join over the years, some leave."""
    hired = np.full(_PEOPLE, START) - rng.integers(60, 2_500, _PEOPLE)
    joiners = _PEOPLE - _THERE_AT_THE_START
    hired[_THERE_AT_THE_START:] = np.sort(rng.choice(MONTHS[1:-2], joiners)).astype("datetime64[D]")
    left = np.full(_PEOPLE, NEVER.astype("datetime64[D]"))
    leaving = rng.choice(_THERE_AT_THE_START, _LEAVE, replace=False)
    left[leaving] = rng.choice(DAYS[30:-10], _LEAVE)
    return hired.astype("datetime64[s]"), left.astype("datetime64[s]")


def _wave(rng: Rng, people: pd.DataFrame, month: np.datetime64, groups: tuple[str, ...]) -> pd.DataFrame:
    """Nearly everybody of these teams takes the course within its month."""
    day = month.astype("datetime64[D]") + rng.integers(1, 27, len(people))
    there = people["group_no"].isin(groups) & (people["hired"] <= day) & ~(people["left"] <= day)
    taking = people[there & (rng.random(len(people)) < 0.94)]
    size = len(taking)
    return pd.DataFrame(
        {
            "staff_no": taking["staff_no"].to_numpy(),
            "course": np.full(size, _CLEAR_ANSWERS, dtype=object),
            "completed": day[taking.index].astype("datetime64[s]"),
            "course_hours": np.full(size, 12.0),
            "certificate": np.where(rng.random(size) < 0.95, "yes", "no").astype(object),
            "course_rating": rng.choice([5, 4, 3, 2], size, p=[0.5, 0.36, 0.1, 0.04]),
        }
    )


def _ordinary(rng: Rng, people: pd.DataFrame) -> pd.DataFrame:
    """The other courses: somebody employed takes one with a chance of a quarter a month."""
    who, month = np.nonzero(rng.random((len(people), len(MONTHS))) < 0.26)
    day = MONTHS[month].astype("datetime64[D]") + rng.integers(0, 28, len(who))
    hired, left = people["hired"].to_numpy()[who], people["left"].to_numpy()[who]
    kept = (hired <= day) & ~(left <= day) & (day < END.astype("datetime64[D]"))
    who, day = who[kept], day[kept]
    course = rng.choice(np.array(list(_COURSES), dtype=object), len(who))
    usual = np.array([_COURSES[name] for name in course])
    return pd.DataFrame(
        {
            "staff_no": people["staff_no"].to_numpy()[who],
            "course": course,
            "completed": day.astype("datetime64[s]"),
            "course_hours": usual + rng.integers(0, 5, len(who)) / 2,
            "certificate": np.where(rng.random(len(who)) < 0.86, "yes", "no").astype(object),
            "course_rating": rng.choice([5, 4, 3, 2, 1], len(who), p=[0.38, 0.42, 0.13, 0.05, 0.02]),
        }
    )
