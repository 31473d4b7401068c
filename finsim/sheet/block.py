"""A section of the sheet: a class whose attributes are inputs and schedules and whose ``@line`` methods are rows.

Reading ``block.rate`` inside a formula gives the symbol of that input or row; reading ``Loan.rate`` on the class gives
its declaration (label, unit, bounds). Links to other blocks are plain annotated attributes filled by whoever builds them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, overload

from finsim.sheet.errors import SheetError
from finsim.sheet.expression import Expression
from finsim.sheet.text import Text


@dataclass(frozen=True)
class Bounds:
    """Allowed values of an input; ``None`` is unbounded."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None


class Declared:
    """Anything a block declares under a name: label in both languages and unit ("1" for rates, shares and factors)."""

    name: str
    owner: type[Block]

    def __init__(self, zh: str, en: str, *, unit: str = "万元") -> None:
        self.label = Text(zh, en)
        self.unit = unit

    def __set_name__(self, owner: type[Block], name: str) -> None:
        self.name, self.owner = name, owner

    @overload
    def __get__(self, block: None, owner: type[Block]) -> Self: ...
    @overload
    def __get__(self, block: Block, owner: type[Block]) -> Expression: ...
    def __get__(self, block: Block | None, owner: type[Block]) -> Self | Expression:
        return self if block is None else self.symbol(f"{block.path}.{self.name}" if block.path else self.name)

    def __set__(self, block: Block, value: object) -> None:
        raise AttributeError(f"{self.name} is declared by the block and cannot be set")

    def symbol(self, path: str) -> Expression:
        raise NotImplementedError


class Input(Declared):
    """A number the scenario gives, one for all periods; it may be drawn in trials.

    ``default`` only where leaving the input out has one meaning for everybody (no delay, no price growth).
    ``yearly``  every row reads it anew in each period, so that trials may draw another value for every period
    """

    def __init__(
        self, zh: str, en: str, *, unit: str = "万元", default: float | None = None, help: Text | None = None,
        ge: float | None = None, gt: float | None = None, le: float | None = None, lt: float | None = None,
        yearly: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(zh, en, unit=unit)
        self.yearly = yearly
        self.default = None if default is None else float(default)
        self.help = help
        self.bounds = Bounds(ge, gt, le, lt)

    def symbol(self, path: str) -> Expression:
        return Expression("input", (), path)


class Schedule(Declared):
    """One number per period, prepared from the scenario before the run; nothing drawn can move it."""

    def symbol(self, path: str) -> Expression:
        return Expression("schedule", (), (path, 0))


class UnitSum(Declared):
    """A row of the account's sheet that adds up one row of its units' sheets, in the order of the units' ids.

    ``of`` is the declaration on the unit's side; the block's link ``unit`` says which instance of it.
    """

    def __init__(self, of: Declared, *, label: Text | None = None) -> None:
        super().__init__(*(label or of.label), unit=of.unit)
        self.of = of

    def symbol(self, path: str) -> Expression:
        return Expression("row", (), (path, 0))


class line(Declared):
    """One row: ``@line("支付", "paid")`` over a method that returns its formula.

    start  what ``.prev`` reads in the first period: a number, or an input or one-cell row of the same block; 0 if not said
    stock  a balance at period end: its column 合计 stays blank, its opening column is shown
    check  must be nothing (within half a fen) in every period of every trial
    """

    def __init__(
        self, zh: str, en: str, *, unit: str = "万元", start: Declared | float | None = None,
        stock: bool = False, check: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(zh, en, unit=unit)
        self.start, self.stock, self.check = start, stock, check

    def __call__(self, formula: Callable[[Any], object]) -> Self:
        self.formula = formula
        return self

    @property
    def note(self) -> str:
        return inspect.cleandoc(self.formula.__doc__ or "")

    def symbol(self, path: str) -> Expression:
        return Expression("row", (), (path, 0))


class _Namespace(dict[str, object]):
    """Class body in which a row cannot silently replace another of the same name."""

    def __init__(self, inherited: Mapping[str, Declared]) -> None:
        super().__init__()
        self.inherited = inherited

    def __setitem__(self, name: str, value: object) -> None:
        earlier = self.get(name, self.inherited.get(name))
        if isinstance(earlier, Declared):
            block = self["__qualname__"]
            raise SheetError(
                Text(
                    f"{block} 内有两行同名 {name}「{earlier.label.zh}」",
                    f"two rows of {block} have one name: {name} '{earlier.label.en}'",
                )
            )
        super().__setitem__(name, value)


class _BlockType(type):
    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **kwargs: Any) -> _Namespace:
        return _Namespace({d.name: d for base in bases if issubclass(base, Block) for d in base.declarations()})

    def __new__(cls, name: str, bases: tuple[type, ...], body: Mapping[str, object]) -> _BlockType:
        made = super().__new__(cls, name, bases, dict(body))
        labels: dict[str, str] = {}
        for declared in made.declarations():  # type: ignore[attr-defined]
            for label in declared.label:
                twin = labels.setdefault(label, declared.name)
                if twin != declared.name:
                    raise SheetError(
                        Text(
                            f"{name} 内两行同用名称「{label}」：{twin} 与 {declared.name}",
                            f"two rows of {name} share the label '{label}': {twin} and {declared.name}",
                        )
                    )
        return made


class Block(metaclass=_BlockType):
    """Base of all sections. ``path`` prefixes the names of its rows; ``label`` names the instance."""

    title: ClassVar[Text]
    path: str
    label: Text

    def __init__(self, path: str, label: Text | None = None, **links: object) -> None:
        self.path = path
        self.label = label or type(self).title
        wanted = type(self).links()
        missing, unknown = wanted - links.keys(), links.keys() - wanted
        if missing or unknown:
            raise TypeError(
                f"{type(self).__name__} '{path}': links missing {sorted(missing)}, unknown {sorted(unknown)}"
            )
        for name, value in links.items():
            setattr(self, name, value)

    @classmethod
    def links(cls) -> set[str]:
        """Names of the annotated attributes that the builder fills."""
        own = {"title", "path", "label"}
        return {n for c in cls.__mro__ for n in inspect.get_annotations(c) if issubclass(c, Block)} - own

    @classmethod
    def declarations(cls) -> Iterator[Declared]:
        """Inputs, schedules and rows in the order in which they are written."""
        for base in reversed(cls.__mro__):
            for value in vars(base).values():
                if isinstance(value, Declared):
                    yield value
