import sys

if sys.version_info >= (3,):

    def described(value, mark="!"):
        words = str(value)
        words += mark
        return words + " old"

    def short(value):
        return "old short"

else:

    def described(value, mark="?"):
        words = unicode(value)
        words += mark
        return words + " ancient"

    def short(value):
        return "ancient short"


try:
    import a_module_that_does_not_exist
except ImportError:

    def loaded(name):
        found = "fallback of " + name
        return found

else:

    def loaded(name):
        return a_module_that_does_not_exist.load(name)


CALLS = {"described": described, "loaded": loaded}
