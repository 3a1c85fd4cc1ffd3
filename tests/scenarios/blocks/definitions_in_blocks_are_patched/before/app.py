import sys

if sys.version_info >= (3, 0):

    def chosen():
        return "old chosen"

else:

    def chosen():
        return "never"


try:
    import a_module_that_does_not_exist
except ImportError:

    def fallback():
        return "old fallback"


for _turn in range(1):

    class Looped:
        def method(self):
            return "old method"


with open(__file__) as _file:

    def inside():
        return "old inside"


if __name__ == "__main__":

    def main():
        return "old main"
