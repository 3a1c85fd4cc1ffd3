class Signer:
    def unsign(self, value, stamp=False):
        result = 2 * value
        return (result, 1) if stamp else result


table = {"unsign": Signer.unsign}
