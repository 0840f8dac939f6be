"""The words of the printed sheet and of the act, in Kazakh and Russian; English is the source.

Pure. Says what is protected and what is not, and no more than holds.
"""

from __future__ import annotations

from core.words import Words

INVITATION = Words(
    kk="Әр жолда бір шаршыны белгілеңіз. Білмесеңіз немесе айтқыңыз келмесе – 0. Аты-жөніңізді жазбаңыз.",
    ru="В каждой строке отметьте один квадрат. Не знаете или не хотите говорить – 0. Не пишите своё имя.",
    en="Mark one box in each row. If you do not know or do not want to say: 0. Do not write your name.",
)
BAND = Words(kk="Жасыңыз (қаласаңыз)", ru="Ваш возраст (по желанию)", en="Your age (if you like)")
SEX = Words(kk="Жынысыңыз (қаласаңыз)", ru="Ваш пол (по желанию)", en="Your sex (if you like)")
BANDS = {
    "18-29": Words("18–29", "18–29", "18–29"),
    "30-44": Words("30–44", "30–44", "30–44"),
    "45-59": Words("45–59", "45–59", "45–59"),
    "60+": Words("60 және одан жоғары", "60 и старше", "60 and older"),
}
SEXES = {"f": Words("әйел", "женщина", "woman"), "m": Words("ер", "мужчина", "man")}
PROTECTION = Words(
    kk="Парақты белгілері ішінде қалатындай екіге бүктеп, мөрленген жәшікке салыңыз. Кімнің қай парақты "
    "алғаны жазылмайды, парақтар осы әкімнің аппаратына берілмейді. Әр парақты екі облыстың екі қызметкері "
    "көріп, жүйеге енгізеді. Код парақтың бір рет қана есептелуі үшін керек, ол жауапты көрсетпейді. "
    "Сізді жазуыңыздан немесе толтырғаныңызды көрген адам тануы мүмкін: тек шаршыларды белгілеңіз.",
    ru="Сложите лист пополам отметками внутрь и опустите в опечатанный ящик. Кто какой лист взял, не "
    "записывается; аппарату этого акима листы не отдают. Каждый лист видят и вводят в систему два сотрудника "
    "из двух областей. Код нужен, чтобы лист был учтён один раз, ответа он не показывает. По почерку или по "
    "тому, что кто-то видел, вас могут узнать: отмечайте только квадраты.",
    en="Fold the sheet in half, marks inside, and put it into the sealed box. Nobody writes down who took "
    "which sheet, and the sheets are not given to this akim's office. Two members of staff of two oblasts "
    "see each sheet and enter it. The code makes sure that the sheet counts once; it does not show the "
    "answer. Handwriting, or somebody who saw you, may give you away: only mark the boxes.",
)
ONCE = Words(
    kk="Бір адам – бір жауап. Бұрын интернет арқылы жауап берсеңіз, парақты толтырмаңыз.",
    ru="Один человек – один ответ. Если вы уже ответили в интернете, лист не заполняйте.",
    en="One person, one answer. If you have answered on the internet already, do not fill in a sheet.",
)
UNTIL = Words(kk="Жәшікке салатын соңғы күн", ru="Последний день для ящика", en="Last day for the box")
BATCH = Words(kk="Топтама", ru="Партия", en="Batch")
SHEET = Words(kk="Парақтың коды", ru="Код листа", en="Code of the sheet")
DEMONSTRATION = Words(kk="КӨРСЕТІЛІМ", ru="ДЕМОНСТРАЦИЯ", en="DEMONSTRATION")

ACT = Words(
    kk="Қағаз сауалнама парақтарын салыстыру актісі",
    ru="Акт сверки бумажных листов опроса",
    en="Act of reconciliation of paper sheets of the survey",
)
SURVEY = Words(kk="Сауалнама", ru="Опрос", en="Survey")
UNIT = Words(kk="Аумақтық бірлік", ru="Территориальная единица", en="Unit")
REGISTERED = Words(kk="Тіркелген күні", ru="Дата регистрации", en="Registered on")
HANDED_OUT_BY = Words(kk="Парақтарды таратқан", ru="Листы раздавал(а)", en="Sheets handed out by")
ENTERED_BY = Words(kk="Енгізген облыстар", ru="Вводили области", en="Oblasts that entered them")
COUNTS = {
    "printed": Words("Басып шығарылды", "Напечатано", "Printed"),
    "given_out": Words("Таратылды", "Выдано", "Given out"),
    "spoiled": Words("Таратылғанға дейін бүлінді", "Испорчено до выдачи", "Spoiled before being given out"),
    "unused": Words("Таратылмай қалды", "Осталось невыданных", "Left over"),
    "returned_filled": Words("Толтырылып қайтты", "Вернулось заполненных", "Came back filled in"),
    "returned_empty": Words("Бос қайтты", "Вернулось пустых", "Came back empty"),
    "not_returned": Words("Қайтпады немесе жоғалды", "Не вернулось или утеряно", "Did not come back"),
    "entered": Words("Енгізілді (екі енгізу сәйкес)", "Введено (оба ввода совпали)", "Entered, both agree"),
    "illegible": Words("Екеуі де бүлінген деп таныды", "Оба признали испорченными", "Called spoilt by both"),
    "late": Words(
        "Сауалнама жабылғанша енгізілмеді", "Не введено до закрытия опроса", "Not entered before the closing"
    ),
}
SUMS = (
    ("printed", ("given_out", "spoiled", "unused")),
    ("given_out", ("returned_filled", "returned_empty", "not_returned")),
    ("returned_filled", ("entered", "illegible", "late")),
)
HOLDS = Words(kk="Барлық сан сәйкес келеді.", ru="Все числа сходятся.", en="All sums hold.")
SIGNED = Words(kk="Қол қойғандар", ru="Подписали", en="Signed by")
SIGNATURE = Words(kk="қолы", ru="подпись", en="signature")
JOURNALLED = Words(
    kk="Екі қол екінші фактормен растала отырып, жүйе журналына енгізілді.",
    ru="Обе подписи подтверждены вторым фактором и внесены в журнал системы.",
    en="Both signatures were confirmed with a second factor and are in the journal.",
)
