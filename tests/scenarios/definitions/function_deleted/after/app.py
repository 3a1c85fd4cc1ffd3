def kept():
    return "kept, and new"
