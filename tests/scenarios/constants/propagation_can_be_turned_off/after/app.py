from base import SIZE

AREA = SIZE * SIZE
