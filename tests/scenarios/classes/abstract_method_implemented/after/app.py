import abc


class Base(abc.ABC):
    @abc.abstractmethod
    def run(self):
        """Does it."""


class Job(Base):
    def run(self):
        return "runs"


class Night(Job):
    pass
