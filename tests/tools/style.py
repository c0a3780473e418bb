#!/usr/bin/env python3
"""What no compiler looks at: a `?:` within another, an `if` and its `else` on one line, two static functions of one name in a room (what implements a descriptor's hook
may be called as the hook), two functions that do the same under whatever names, words of C++ as names. tests/lint/style.txt says how many a room has yet: more fail, and fewer have to be written down."""
import collections, os, re, sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CPP = "alignof and asm bitand bitor catch class compl concept constexpr decltype delete explicit export friend mutable namespace new noexcept not nullptr operator or private protected public requires template this throw try typeid typename using virtual wchar_t xor".split()


def bare(text):
    """The code alone: comments and literals are blanked, lines stay lines."""
    blank = lambda m: re.sub(r"[^\n]", " ", m.group())
    text = re.sub(r"//[^\n]*|/\*.*?\*/", blank, text, flags=re.S)
    return re.sub(r"'(\\.|[^'\\\n])+'|\"(\\.|[^\"\\\n])*\"", lambda m: '"' + "_" * (len(m.group()) - 2) + '"', text)


def nested(code):
    """Lines where a ?: stands in a branch of another: in the same brackets, with no comma or semicolon between."""
    open_here, line = [0], 1
    for c in code:
        if c == "\n":
            line += 1
        elif c in "([{":
            open_here.append(0)
        elif c in ")]}" and len(open_here) > 1:
            open_here.pop()
        elif c in ";,":
            open_here[-1] = 0
        elif c == "?":
            if open_here[-1]:
                yield line
            open_here[-1] += 1


def alike(code):
    """(line, name, what it does): functions of some length, their own name and their parameters' taken out."""
    for m in re.finditer(r"^(?:static )?(?:inline )?[a-z][\w \*]*?\b(\w+)\(([^;{]*)\)\s*\{\n(.*?)^\}", code, flags=re.S | re.M):
        name, parameters, body = m.groups()
        body = re.sub(rf"\b{name}\b", "SELF", body)
        for i, p in enumerate(re.findall(r"(\w+)(?:\[\w*\])?(?=,|$)", parameters.replace("\n", " "))):
            body = re.sub(rf"\b{p}\b", f"P{i}", body)
        body = "".join(body.split())
        if len(body) >= 60:
            yield line_of(code, m.start()), name, body


def line_of(code, at):
    return code.count("\n", 0, at) + 1


def main():
    found = collections.defaultdict(list)  # (room, kind) → places
    bodies = collections.defaultdict(list)
    functions = collections.defaultdict(lambda: collections.defaultdict(list))
    for top in ("include", "analyzer", "parsers"):
        for folder, _, files in sorted(os.walk(f"{ROOT}/{top}")):
            room = os.path.relpath(folder, ROOT)
            for name in sorted(f for f in files if f.endswith((".c", ".h"))):
                text = open(f"{folder}/{name}", encoding="utf-8").read()
                path, code = f"{room}/{name}", bare(text)
                for line, function, body in alike(re.sub(r"//[^\n]*", "", text)):
                    bodies[body].append((room, f"{path}:{line} {function}"))
                found[room, "nested"] += [f"{path}:{n}: a ?: within another" for n in nested(code)]
                found[room, "one-line"] += [f"{path}:{line_of(code, m.start())}: if and else on one line" for m in re.finditer(r"\bif \(.*;[ \t]*else\b", code)]
                found[room, "c++"] += [f"{path}:{line_of(code, m.start())}: {m.group()} is a word of C++" for m in re.finditer(rf"\b({'|'.join(CPP)})\b", re.sub(r"^#.*", "", code, flags=re.M))]
                hooks = set(re.findall(r"\.(\w+) = \1\b", code))
                for m in re.finditer(r"^static (?:inline )?[\w ]+?\**\s*\**(\w+)\([^;{]*\)\s*\{", code, flags=re.M):
                    if m.group(1) not in hooks and name.endswith(".c"):
                        functions[room][m.group(1)].append(f"{path}:{line_of(code, m.start())}")
    for room, names in functions.items():
        found[room, "static"] += [f"{' '.join(places)}: static functions of one name, {f}" for f, places in names.items() if len(places) > 1]
    for places in bodies.values():
        if len(places) > 1:
            found[places[-1][0], "twin"].append(f"{', '.join(p for _, p in places)}: one function, written twice")
    borne = {(r, k): int(n) for r, k, n in (l.split() for l in open(f"{ROOT}/tests/lint/style.txt", encoding="utf-8") if l.strip() and l[0] != "#")}
    bad = False
    if "--write" in sys.argv:
        for key in sorted(k for k, v in found.items() if v):
            print(*key, len(found[key]))
        return 0
    for key in sorted(set(found) | set(borne)):
        n, may = len(found[key]), borne.get(key, 0)
        if n > may:
            print("\n".join(found[key]))
            print(f"{' '.join(key)}: {n} places, {may} may be")
            bad = True
        elif n < may:
            print(f"{' '.join(key)}: {n} places are left, not {may}: write that into tests/lint/style.txt")
    return bad


sys.exit(main())
