"""What a plugin in Python is written against: a module with subclasses of :class:`Conformer`.

``[plugins.NAME] python = "module"`` in ``jurigged.toml`` names the module. It is imported at the first save, and each
conformer in it is made once. Methods get the live objects themselves; whatever they raise is reported, and undoes the
save where it is one of ``claim``, ``remake`` and ``unmake``. The trait of the same name in Rust (``jurigged_abi``) has
the whole contract.
"""

from __future__ import annotations

import json
import sys
from types import CodeType, FunctionType, ModuleType
from typing import Any, Iterable, Mapping

__all__ = [
    "BodyName",
    "Change",
    "Claim",
    "ClassDecorator",
    "ClassEdit",
    "Conformer",
    "Edit",
    "Interest",
    "Live",
    "Refuse",
    "anything",
    "class_with",
    "decorated_by",
    "instance_of",
    "subclass_of",
]


class Refuse(Exception):
    """Raised by a method: the edit cannot be made right. ``why`` is reported, with what the user can do."""

    def __init__(self, why: str, help: str | None = None) -> None:
        super().__init__(why if help is None else f"{why}\n{help}")


class Interest:
    """Which edits a conformer is shown: any one of several conditions, by full names. ``a | b`` is either."""

    def __init__(self, **conditions: Any) -> None:
        self.conditions = conditions

    def __or__(self, other: Interest) -> Interest:
        merged = dict(self.conditions)
        for key, value in other.conditions.items():
            merged[key] = merged[key] + value if isinstance(value, list) and key in merged else value
        return Interest(**merged)


def instance_of(name: str) -> Interest:
    """What the edited name is bound to is an instance of that class."""
    return Interest(**{"instance-of": [name]})


def subclass_of(name: str) -> Interest:
    """It is that class, or inherits from it."""
    return Interest(**{"subclass-of": [name]})


def decorated_by(name: str) -> Interest:
    """The definition has that decorator."""
    return Interest(**{"decorated-by": [name]})


def class_with(name: str) -> Interest:
    """It is a class with that name in its own ``__dict__``."""
    return Interest(**{"class-with": [name]})


def anything() -> Interest:
    """Every edit."""
    return Interest(any=True)


class Claim:
    """The answer of a conformer that makes a class: how.

    ``when`` is ``"stays"``, ``"begins"`` or ``"ends"``; ``aside`` is ``"body"`` (a dict of what the body binds now),
    ``"statement"`` (a class that the whole statement makes) or ``"nothing"``: what ``edit.made`` will be.
    ``decorator`` is the full name of a decorator that ``edit.decorator`` will be. ``methods`` are left to ``remake``
    like attributes (``"__*"``: all names that begin so), ``generated`` are names that making the class writes into it,
    and with ``header`` bases and keywords are left to ``remake`` too.
    """

    def __init__(
        self,
        aside: str = "body",
        *,
        when: str = "stays",
        methods: Iterable[str] = (),
        generated: Iterable[str] = (),
        decorator: str | None = None,
        header: bool = False,
    ) -> None:
        self.aside = aside
        self.when = when
        self.methods = list(methods)
        self.generated = list(generated)
        self.decorator = decorator
        self.header = header


class BodyName:
    """A name in the body of a class."""

    name: str
    is_definition: bool
    is_field: bool
    is_kept: bool
    is_bound: bool

    def __init__(self, **facts: Any) -> None:
        vars(self).update(facts)


class ClassDecorator:
    """A decorator of a class: the full ``name`` of what it leads to, and its ``text``."""

    name: str
    text: str

    def __init__(self, **facts: Any) -> None:
        vars(self).update(facts)


class ClassEdit:
    """What a save changes of a class."""

    header_changed: bool
    body_changed: bool
    begins: bool
    inherited: bool
    old_fields: list[str]
    gone: list[str]
    names: list[BodyName]
    decorators: list[ClassDecorator]
    old_decorators: list[ClassDecorator]

    def __init__(self, facts: Mapping[str, Any]) -> None:
        vars(self).update(_attributes(facts))
        self.names = [BodyName(**_attributes(one)) for one in facts["names"]]
        self.decorators = [ClassDecorator(**one) for one in facts["decorators"]]
        self.old_decorators = [ClassDecorator(**one) for one in facts["old-decorators"]]

    def is_decorated_by(self, name: str) -> bool:
        """Does the new text have a decorator of this full name?"""
        return any(decorator.name == name for decorator in self.decorators)

    def was_decorated_by(self, name: str) -> bool:
        """Had the text a decorator of this full name?"""
        return any(decorator.name == name for decorator in self.old_decorators)

    def changed(self) -> list[str]:
        """Names that the live class must have as the class made aside has them, or lose; ``__annotations__`` first."""
        changed = [
            name.name
            for name in self.names
            if (not name.is_definition if self.begins else not name.is_kept and not name.is_bound)
        ]
        changed += self.gone
        return ["__annotations__", *changed] if changed else []


class Edit:
    """One edit of one live function or class."""

    name: str
    file: str
    kind: str
    reverted: bool
    options: dict[str, Any]
    function: Any
    bound: Any
    old_code: CodeType | None = None
    new_code: CodeType | None = None
    made: Any = None
    decorator: Any = None
    cls: ClassEdit | None = None

    def __init__(self, facts: Mapping[str, Any], objects: Mapping[str, Any]) -> None:
        vars(self).update(facts)
        vars(self).update(objects)
        if facts["class"] is not None:
            self.cls = ClassEdit(facts["class"])


class Live:
    """The live program."""

    def __init__(self) -> None:
        self._instances: dict[int, list[Any]] = {}

    def module(self, name: str) -> ModuleType | None:
        """The module, if it is loaded. Do not import what the program does not use."""
        return sys.modules.get(name)

    def instances_of(self, cls: type) -> list[Any]:
        """Live instances of a class, subclasses included. The method that asks is called once more from its start."""
        if id(cls) not in self._instances:
            raise _Wanted(cls)
        return self._instances[id(cls)]


class Change:
    """The steps that a method asks for; they are taken together, and undone with the save."""

    def __init__(self) -> None:
        self._steps: list[tuple[Any, ...]] = []

    def set_attr(self, object: Any, name: str, value: Any) -> None:
        """``object.name = value``; of a class, in its own ``__dict__``."""
        self._steps.append(("attr", object, name, _now(object, name), value))

    def del_attr(self, object: Any, name: str) -> None:
        """``del object.name``, if it is there."""
        now = _now(object, name)
        if now is not _ABSENT:
            self._steps.append(("attr", object, name, now, _ABSENT))

    def set_entry(self, dict: dict[str, Any], name: str, value: Any) -> None:
        """``dict[name] = value``."""
        self._steps.append(("entry", dict, name, dict.get(name, _ABSENT), value))

    def del_entry(self, dict: dict[str, Any], name: str) -> None:
        """``del dict[name]``, if it is there."""
        if name in dict:
            self._steps.append(("entry", dict, name, dict[name], _ABSENT))

    def set_item(self, container: Any, key: Any, value: Any) -> None:
        """``container[key] = value``, where there is such an item."""
        self._steps.append(("item", container, key, container[key], value))

    def swap_code(self, function: FunctionType, code: CodeType) -> None:
        """``function.__code__ = code``."""
        self._steps.append(("code", function, None, function.__code__, code))

    def adopt(self, cls: type, made: type, name: str) -> None:
        """In ``remake``: the live class gets the attribute as the class made aside has it, or loses it."""
        self._steps.append(("adopt", cls, name, made, None))

    def cells(self, cls: type, made: type) -> None:
        """In ``remake``: cells of what the steps give that hold the class made aside hold the live one."""
        self._steps.append(("cells", cls, None, made, None))

    def note(self, what: str, why: str, help: str) -> None:
        """In ``remake``: the report says that something could not follow."""
        self._steps.append(("note", what, None, why, help))

    def settle_once(self, key: str) -> None:
        """Of all edits of a save that give the same key, ``settle`` runs for the first."""
        self._steps.append(("once", None, key, None, None))


class Conformer:
    """Makes live objects agree with new code. Override what you need; ``interest`` must be set."""

    interest: Interest

    def prepare(self, edit: Edit, live: Live, change: Change) -> None:
        """Before the commit: read, add steps, or raise :class:`Refuse`."""

    def settle(self, edit: Edit, live: Live) -> None:
        """After the commit, and after an undo (``edit.reverted``)."""

    def claim(self, edit: Edit, live: Live) -> Claim | None:
        """Is this a class whose making you know? ``edit.cls`` says what changed of it."""
        return None

    def remake(self, edit: Edit, live: Live, change: Change) -> None:
        """Makes a claimed class follow its changed body."""

    def unmake(self, edit: Edit, live: Live, change: Change) -> None:
        """Takes away what making the class gave to it."""


_ABSENT = object()
_plugins: dict[str, list[Conformer]] = {}


class _Wanted(BaseException):
    """A method needs the instances of a class: it is called again with them."""

    wanted: type | None = None

    def __init__(self, cls: type) -> None:
        super().__init__()
        _Wanted.wanted = cls


def _attributes(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("-", "_"): value for name, value in facts.items()}


def _now(object: Any, name: str) -> Any:
    if isinstance(object, type):
        return vars(object).get(name, _ABSENT)
    return getattr(object, name, _ABSENT)


def _open(module: str) -> str:
    """Imports a plugin; the answer is JSON, for the engine."""
    __import__(module)
    loaded = sys.modules[module]
    classes = [
        value
        for value in vars(loaded).values()
        if isinstance(value, type) and issubclass(value, Conformer) and value.__module__ == module
    ]
    _plugins[module] = [cls() for cls in classes if hasattr(cls, "interest")]
    return json.dumps(
        {
            "applies": getattr(loaded, "APPLIES", "python"),
            "version": str(getattr(loaded, "__version__", "")),
            "options": getattr(loaded, "OPTIONS", {}),
            "conformers": [[type(one).__name__, one.interest.conditions] for one in _plugins[module]],
        }
    )


def _begin(
    module: str, index: str, method: str, facts: str, objects: dict[str, Any], instances: list[tuple[type, dict[str, Any]]]
) -> tuple[Any, list[Any]]:
    """A method, and what to call it with."""
    live = Live()
    for cls, found in instances:
        live._instances[id(cls)] = list(found.values())
    arguments: list[Any] = [Edit(json.loads(facts), objects), live]
    if method not in ("claim", "settle"):
        arguments.append(Change())
    return getattr(_plugins[module][int(index)], method), arguments


def _end(answer: Any, edit: Edit, live: Live, change: Change | None = None) -> tuple[Any, ...]:
    """What a method answered (JSON, or ``None``), and its steps."""
    return (None if answer is None else json.dumps(vars(answer)), *(change._steps if change else ()))
