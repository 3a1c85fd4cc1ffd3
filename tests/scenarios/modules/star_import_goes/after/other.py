from lib import both
