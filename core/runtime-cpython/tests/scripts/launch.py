"""`launch.py [-m] TARGET ARGUMENTS`: runs a program as the launcher does."""
import os, sys
# Not by `import`: the isolated mode does not look beside the script.
exec(open(os.path.join(os.path.dirname(__file__), "load.py")).read())
arguments = sys.argv[1:]
module = arguments[0] == "-m"
del arguments[:module]
driver.run_program(arguments[0], module, arguments[1:])
