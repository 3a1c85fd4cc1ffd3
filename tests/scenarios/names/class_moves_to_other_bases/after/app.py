import new
import old
from new import Shape
