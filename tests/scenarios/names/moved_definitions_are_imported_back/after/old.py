from new import Shape, Square, area
