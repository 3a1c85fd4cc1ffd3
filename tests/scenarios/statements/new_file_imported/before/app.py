def run():
    return "alone"
