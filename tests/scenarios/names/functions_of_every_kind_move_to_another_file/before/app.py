import new
import old
import old as place
