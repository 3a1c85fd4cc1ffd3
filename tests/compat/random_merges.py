"""Random texts merged with each other: `random_merges.py COUNT [FIRST]`. Nothing is patched here; it is about the texts.

Whatever the two texts are, the merged one parses, has the definitions of the second, keeps those of the first where
nothing may be deleted and its line endings, and does not change when the same text is merged once more.
"""

import random
import sys

from jurigged._definitions import ClassDefinition, FunctionDefinition, read_tree
from jurigged._merge import merged, reordered
from jurigged._source import Source

NAMES = "fghijk"
INNER = "abce"


def text(rng, names, indent="", unit="    ", depth=0):
    """Functions, classes, statements and imports, with comments, strings over lines, and several in a line."""
    lines = []
    for name in names:
        kind, value = rng.random(), rng.randint(0, 3)
        if kind < 0.5:
            lines += [f"{indent}# about {name}"] * (rng.random() < 0.3)
            lines += [f"{indent}@staticmethod" if depth else f"{indent}@d{value}"] * (rng.random() < 0.2)
            if rng.random() < 0.15:
                lines.append(f"{indent}def {name}(): return {value}" + rng.choice(["", "  # c", "; pass"]))
                continue
            lines.append(f"{indent}def {name}():")
            lines += [f'{indent}{unit}"""d', "x", f'  {name}"""'] * (rng.random() < 0.3)
            lines.append(f"{indent}{unit}return {value}" + rng.choice(["", "  # t"]))
        elif kind < 0.65 and depth < 2:
            if rng.random() < 0.2:
                lines.append(f"{indent}class {name}: x = {value}; y = 1")
            else:
                lines.append(f"{indent}class {name}:")
                inner = rng.sample(INNER, rng.randint(1, 3))
                lines.append(text(rng, inner, indent + unit, unit, depth + 1).rstrip("\n"))
        elif kind < 0.9:
            lines.append(f"{indent}{name} = {value}" + rng.choice(["", "  # k", "; zz = 1"]))
        else:
            lines.append(f"{indent}import m_{name}")
        lines += [""] * rng.choice([0, 0, 1, 2])
    return "\n".join(lines) + rng.choice(["\n", "\n", ""])


def definitions(root):
    """What a text defines, function bodies as a whole."""
    found = []
    for it in root.walk():
        is_inside = any(isinstance(outer, FunctionDefinition) for outer in it.hierarchy(1))
        if it.node is None or it is root or isinstance(it, ClassDefinition) or is_inside or it.means() == "Pass()":
            continue
        found.append((type(it).__name__, it.dotpath(), it.means()))
    return sorted(found)


def tree(source):
    return read_tree(Source(source), "m.py", "m")


def check(seed):
    rng = random.Random(seed)
    before = text(rng, rng.sample(NAMES, rng.randint(1, 6)), unit=rng.choice(["    ", "  ", "\t"]))
    after = text(rng, rng.sample(NAMES, rng.randint(1, 6)), unit=rng.choice(["    ", "\t"]))
    if rng.random() < 0.3:
        before = before.replace("\n", "\r\n")
    old, new = tree(before), tree(after)
    for may_delete in (True, False):
        result = merged(old, new, lambda _, may=may_delete: may)
        found = tree(result)
        if may_delete:
            assert definitions(found) == definitions(new), "other definitions"
        else:
            assert set(definitions(new)) <= set(definitions(found)), "definitions are missing"
        assert "\r\n" not in before or "\n" not in result.replace("\r\n", ""), "line endings"
        assert merged(found, new, lambda _, may=may_delete: may) == result, "not the same once more"
    assert reordered(old, new, lambda _: True) == after, "not the new text"
    tree(reordered(old, new, lambda _: False))


def main(count, first=0):
    for seed in range(first, first + count):
        try:
            check(seed)
        except Exception as error:
            sys.exit(f"seed {seed}: {type(error).__name__}: {error}")
    print("ok")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
