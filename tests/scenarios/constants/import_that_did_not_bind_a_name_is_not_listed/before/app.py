import slow

try:
    from fast import work
except ImportError:
    from slow import work

from slow import limit
from fast import limit
