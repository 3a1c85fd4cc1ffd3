"""``python -m jurigged``, the console script, and what the standalone command starts by path."""

import sys


def main():
    if not __package__ and "jurigged" not in sys.modules:
        # Started by path. At the end of the search path, so that an installed jurigged wins.
        parent = __file__.rpartition("/")[0].rpartition("/")[0]
        sys.path.append(parent)
        try:
            import jurigged
        finally:
            sys.path.remove(parent)
    else:
        import jurigged
    jurigged._native.main(sys.argv, jurigged._package, jurigged._native.__file__)


if __name__ == "__main__":
    main()
