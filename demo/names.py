"""Made-up names from common Kazakh given names and surnames, drawn with a fixed seed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MEN = (
    "Арман", "Нұрлан", "Ерлан", "Дәурен", "Бауыржан", "Қайрат", "Серік", "Асқар", "Мұрат", "Талғат",
    "Жандос", "Олжас", "Ғалым", "Ержан", "Самат", "Қанат", "Болат", "Азамат", "Рүстем", "Тимур",
)  # fmt: skip
WOMEN = (
    "Айгүл", "Гүлнар", "Сәуле", "Динара", "Әсел", "Мөлдір", "Жанар", "Бақыт", "Раушан", "Алия",
    "Назгүл", "Шолпан", "Ұлжан", "Айжан", "Перизат",
)  # fmt: skip
#: Surname for a man, surname for a woman.
SURNAMES = (
    ("Ахметов", "Ахметова"), ("Оспанов", "Оспанова"), ("Ибраев", "Ибраева"), ("Сәрсенов", "Сәрсенова"),
    ("Жұмабаев", "Жұмабаева"), ("Қалиев", "Қалиева"), ("Нұрғалиев", "Нұрғалиева"),
    ("Смағұлов", "Смағұлова"), ("Әбдіров", "Әбдірова"), ("Тілеуов", "Тілеуова"),
    ("Мұқанов", "Мұқанова"), ("Есенов", "Есенова"), ("Бекетов", "Бекетова"), ("Қасымов", "Қасымова"),
    ("Сейітов", "Сейітова"), ("Омаров", "Омарова"), ("Дүйсенов", "Дүйсенова"), ("Ысқақов", "Ысқақова"),
    ("Төлегенов", "Төлегенова"), ("Шәріпов", "Шәріпова"), ("Молдабеков", "Молдабекова"),
    ("Жақсыбеков", "Жақсыбекова"), ("Рахымов", "Рахымова"), ("Байжанов", "Байжанова"),
)  # fmt: skip
FATHERS = ("Серік", "Болат", "Марат", "Қайрат", "Ермек", "Асан", "Жұмабек", "Нұрлан", "Талғат", "Мұрат")


@dataclass(frozen=True, slots=True)
class MadeUpName:
    """Surname, given name and patronymic of nobody in particular."""

    surname: str
    given_name: str
    patronymic: str

    @property
    def full(self) -> str:
        return f"{self.surname} {self.given_name} {self.patronymic}"


def made_up_names(count: int, *, seed: int) -> list[MadeUpName]:
    """`count` different names, always the same for one seed.

    >>> made_up_names(2, seed=1) == made_up_names(2, seed=1)
    True
    """
    draw = np.random.RandomState(seed)
    names: dict[str, MadeUpName] = {}
    while len(names) < count:
        is_woman = bool(draw.random_sample() < 0.3)
        given = (WOMEN if is_woman else MEN)[draw.randint(len(WOMEN if is_woman else MEN))]
        surname = SURNAMES[draw.randint(len(SURNAMES))][is_woman]
        father = FATHERS[draw.randint(len(FATHERS))]
        name = MadeUpName(surname, given, father + ("қызы" if is_woman else "ұлы"))
        names[name.full] = name
    return list(names.values())
