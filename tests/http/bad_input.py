def run(tap, arguments):
    pass
