import new
import old
import new as place
