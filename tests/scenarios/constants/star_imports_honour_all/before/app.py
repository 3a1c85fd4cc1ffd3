from listed import *

LOUD = TITLE + "!"
