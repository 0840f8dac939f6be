"""The words of what is printed and sent: slips, the act of unused slips, the e-mail.

Pure: the words are data. Kazakh and Russian are equal in content; English stands in
the e-mail and in the rule of who is asked.
"""

from __future__ import annotations

from core.words import Words

LANGUAGES = ("kk", "ru")
DEMONSTRATION = {"kk": "КӨРСЕТІЛІМ", "ru": "ДЕМОНСТРАЦИЯ"}

#: The rule that a round starts from; the agency may write another one while it drafts.
WHO_IS_ASKED = Words(
    kk=(
        "Әкім аппаратының барлық қызметкерлері және әкіммен жұмыс бойынша тікелей істес аудандық және "
        "ведомстволық бағынысты ұйымдардың қызметкерлері. Тізім лауазымдар бойынша, аты-жөнінсіз жасалады "
        "және барлық үміткерге бірдей ереже қолданылады. Әкімнің өзі сұралмайды."
    ),
    ru=(
        "Все сотрудники аппарата акима и сотрудники районных и подведомственных организаций, которые "
        "непосредственно работают с акимом. Список составляется по должностям, без имён, по одному правилу "
        "для всех претендентов. Самого акима не опрашивают."
    ),
    en=(
        "All staff of the akim's office, and staff of district and subordinate bodies who work with the akim "
        "directly. The list is made by position, without names, under one rule for all nominees. The akim is "
        "not asked."
    ),
)

HEADING = {"kk": "Қызметтік әдеп сауалнамасы", "ru": "Анкета о служебной этике"}
HOW = {"kk": "Суретті сканерлеңіз немесе ашыңыз:", "ru": "Отсканируйте рисунок или откройте:"}
CODE = {"kk": "кодты теріңіз", "ru": "введите код"}
UNTIL = {"kk": "Соңғы күн", "ru": "Последний день"}
NAMELESS = {
    "kk": "Бұл талонды кім алғанын ешкім жазбайды. Белгі қоймаңыз.",
    "ru": "Кому достался талон, никто не записывает. Не делайте пометок.",
}

ACT = {"kk": "Пайдаланылмаған талондар актісі", "ru": "Акт о неиспользованных талонах"}
ABOUT = {"kk": "№ {number} сауалнама, раунд {round}", "ru": "Анкета № {number}, раунд {round}"}
POSITIONS = {"kk": "Лауазымдар бойынша тізім", "ru": "Список по должностям"}
ISSUED = {"kk": "Берілген талондар (тізімдегі адам саны)", "ru": "Выдано талонов (численность по списку)"}
BY_BOX = {
    "kk": "Талондар жәшіктен таратылған күн: {day}; куәлар: {first}; {second}.",
    "ru": "Раздача талонов из ящика: {day}; свидетели: {first}; {second}.",
}
BY_MAIL = {
    "kk": "Кодтар электрондық поштамен жіберілген күн: {day}; мекенжайлар сақталмады.",
    "ru": "Рассылка кодов по электронной почте: {day}; адреса не сохранены.",
}
UNUSED = {"kk": "Пайдаланылмай қайтқаны", "ru": "Возвращено неиспользованных"}
UNDELIVERED = {"kk": "Жеткізілмеген хаттар", "ru": "Не доставлено писем"}
VOIDED = {"kk": "Күші жойылған кодтар", "ru": "Аннулировано кодов"}
DECLARED = {
    "kk": (
        "Пайдаланылмаған талондар саналды, кодтарының күші жойылды, талондар жыртылды. Басқа талонның "
        "жай-күйі ешкімге белгісіз. Актіге {day} күні жүйеде екінші фактормен қол қойылды, журналға жазылды."
    ),
    "ru": (
        "Неиспользованные талоны пересчитаны, их коды аннулированы, талоны уничтожены. Состояние остальных "
        "талонов никому не известно. Акт подписан в системе вторым фактором {day} и внесён в журнал."
    ),
}
COMMISSIONER = {"kk": "Әдеп жөніндегі уәкіл", "ru": "Уполномоченный по этике"}
WITNESS = {"kk": "Куә: {position}", "ru": "Свидетель: {position}"}

SUBJECT = "Қызметтік әдеп сауалнамасы · Анкета о служебной этике · Questionnaire on official ethics"
LETTER = {
    "kk": (
        "Сізден {name} туралы ({unit}) сауалнамаға жауап беруді сұраймыз. Бір минуттай уақыт кетеді.\n"
        "{address} бетін ашып, мына кодты теріңіз: {code}\n"
        "Сауалнама {opens} күнінен {closes} күніне дейін ашық. Кодтар кездейсоқ таратылды: қай мекенжайға "
        "қайсысы кеткені еш жерде сақталмайды. Жауаптар қалай қорғалатыны сол бетте жазылған. Жауаптан соң "
        "осы хатты өшіріңіз."
    ),
    "ru": (
        "Просим вас ответить на анкету: {name} ({unit}). Это займёт около минуты.\n"
        "Откройте {address} и введите код: {code}\n"
        "Анкета открыта с {opens} по {closes}. Коды розданы случайно: какой код ушёл на какой адрес, нигде "
        "не хранится. Как защищены ответы, написано на той же странице. После ответа удалите это письмо."
    ),
    "en": (
        "Please answer the questionnaire about {name} ({unit}). It takes about a minute.\n"
        "Open {address} and type this code: {code}\n"
        "It is open from {opens} to {closes}. The codes were dealt at random: which one went to which "
        "address is kept nowhere. How answers are protected is written on the same page. Delete this message "
        "once you have answered."
    ),
}
