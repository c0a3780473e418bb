#!/usr/bin/env python3
"""links.py BUILD: holds the calls between the objects of BUILD against tests/lint/rooms.txt; no rooms, and no files of one room, call each other in a circle."""
import os, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def table():
    """path → rooms it may call (their names are their paths without analyzer/), and (room, symbol) of what is borne with."""
    rows, borne = {}, set()
    for line in open(f"{ROOT}/tests/lint/rooms.txt", encoding="utf-8"):
        if line[0] == "!":
            room, *symbols = line[1:].split()
            borne |= {(room, s) for s in symbols}
        elif line.strip() and line[0] not in "#$":
            path, *may = line.split()[:-1]
            rows[path] = {r for r in may if r != "-"}
    return rows, borne


def room_of(file, rows):
    return max((r for r in rows if file.startswith(r)), key=len, default=None)


def name(room):
    return room.removeprefix("analyzer/")


def calls(build, sources):
    """(file that calls, file that defines, symbol)"""
    objects = [f"{build}/obj/{s[:-2]}.o" for s in sources]
    if missing := [o for o in objects if not os.path.exists(o)]:
        print(f"NOT RUN: {missing[0]} is not built: calls between rooms were not looked at")
        sys.exit(0)
    defined, wanted = {}, []
    for line in subprocess.run(["nm", "-A", "-g", *objects], capture_output=True, text=True, check=True).stdout.splitlines():
        where, rest = line.split(".o:", 1)
        file, words = os.path.relpath(where, f"{build}/obj") + ".c", rest.split()
        if words[-2] in ("U", "w"):
            wanted.append((file, words[-1]))
        else:
            defined[words[-1]] = file
    return [(f, defined[s], s) for f, s in wanted if s in defined]


def circles(edges):
    """Files that reach one another, as sorted groups."""
    reach = {f: set(to) for f, to in edges.items()}
    while True:
        more = {f: set().union(to, *(reach.get(t, set()) for t in to)) for f, to in reach.items()}
        if more == reach:
            break
        reach = more
    groups = {tuple(sorted(t for t in to | {f} if f in reach.get(t, ()) and t in to)) for f, to in reach.items() if f in to}
    return sorted(g for g in groups if len(g) > 1)


def main():
    (rows, borne), bad, between, within = table(), [], {}, {}
    sources = sorted(os.path.relpath(os.path.join(d, f), ROOT) for top in ("analyzer", "parsers") for d, _, fs in os.walk(f"{ROOT}/{top}") for f in fs if f.endswith(".c"))
    for caller, definer, symbol in calls(sys.argv[1], sources):
        a, b = room_of(caller, rows), room_of(definer, rows)
        if a is None or b is None:
            bad.append(f"{caller if a is None else definer} is in no room of tests/lint/rooms.txt")
        elif a == b:
            if caller != definer:
                within.setdefault(caller, set()).add(definer)
        elif (name(a), symbol) in borne:
            continue
        elif name(b) not in rows[a]:
            bad.append(f"{caller} calls {symbol} of {name(b)}, which {name(a)} may not")
        if a and b and a != b:
            between.setdefault(name(a), set()).add(name(b))
    bad += [f"rooms call each other in a circle: {' '.join(g)}" for g in circles(between)]
    bad += [f"files call each other in a circle: {' '.join(g)}" for g in circles(within)]
    print("\n".join(sorted(bad)), end="\n" if bad else "")
    return bool(bad)


sys.exit(main())
