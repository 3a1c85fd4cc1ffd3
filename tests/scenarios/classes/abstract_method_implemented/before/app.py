import abc


class Base(abc.ABC):
    @abc.abstractmethod
    def run(self):
        """Does it."""


class Job(Base):
    pass


class Night(Job):
    pass
