"""Runs every check with the jurigged that this Python imports and prints what each saw: `python checklist.py [NAME]...`.

The last line of the output is JSON, after anything that a check or a logger printed.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import kit  # noqa: E402
import checks_codefile  # noqa: E402, F401
import checks_commit  # noqa: E402, F401
import checks_conform  # noqa: E402, F401
import checks_examples  # noqa: E402, F401
import checks_live  # noqa: E402, F401
import checks_names  # noqa: E402, F401
import checks_recode  # noqa: E402, F401
import checks_register  # noqa: E402, F401


def main(wanted):
    seen = {}
    for name, function in kit.CHECKS.items():
        if not wanted or any(word in name for word in wanted):
            print(f"check: {name}", flush=True)
            seen[name] = kit.observe(function)
    print(json.dumps(seen, sort_keys=True), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
