import new
import old
from old import Shape
