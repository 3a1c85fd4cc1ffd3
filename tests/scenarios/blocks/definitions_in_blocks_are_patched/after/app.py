import sys

if sys.version_info >= (3, 0):

    def chosen():
        return "new chosen"

else:

    def chosen():
        return "never ever"


try:
    import a_module_that_does_not_exist
except ImportError:

    def fallback():
        return "new fallback"


for _turn in range(1):

    class Looped:
        def method(self):
            return "new method"


with open(__file__) as _file:

    def inside():
        return "new inside"


if __name__ == "__main__":

    def main():
        return "new main"
