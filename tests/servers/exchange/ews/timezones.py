# SPDX-License-Identifier: LGPL-2.1-or-later
"""GetServerTimeZones: some of Windows' zones with their rules of today."""
from .markup import find, is_true, m, t
from .soap import single

# A change of the clock: month, day of the week, which one of the month (-1 is the last), hour.
EUROPE = ((3, "Sunday", -1, 2), (10, "Sunday", -1, 3))
BRITAIN = ((3, "Sunday", -1, 1), (10, "Sunday", -1, 2))
AMERICA = ((3, "Sunday", 2, 2), (11, "Sunday", 1, 2))
AUSTRALIA = ((10, "Sunday", 1, 2), (4, "Sunday", 1, 3))

# Windows' id: how it is shown, hours east of Greenwich in winter, when summer time begins and ends.
ZONES = {
    "UTC": ("(UTC) Coordinated Universal Time", 0, None),
    "GMT Standard Time": ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", 0, BRITAIN),
    "Greenwich Standard Time": ("(UTC+00:00) Monrovia, Reykjavik", 0, None),
    "W. Europe Standard Time": ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", 1, EUROPE),
    "Romance Standard Time": ("(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", 1, EUROPE),
    "Central Europe Standard Time": ("(UTC+01:00) Belgrade, Bratislava, Budapest, Ljubljana, Prague", 1, EUROPE),
    "Central European Standard Time": ("(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb", 1, EUROPE),
    "FLE Standard Time": ("(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius", 2, EUROPE),
    "South Africa Standard Time": ("(UTC+02:00) Harare, Pretoria", 2, None),
    "Russian Standard Time": ("(UTC+03:00) Moscow, St. Petersburg", 3, None),
    "India Standard Time": ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", 5.5, None),
    "China Standard Time": ("(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi", 8, None),
    "Tokyo Standard Time": ("(UTC+09:00) Osaka, Sapporo, Tokyo", 9, None),
    "AUS Eastern Standard Time": ("(UTC+10:00) Canberra, Melbourne, Sydney", 10, AUSTRALIA),
    "Eastern Standard Time": ("(UTC-05:00) Eastern Time (US & Canada)", -5, AMERICA),
    "Central Standard Time": ("(UTC-06:00) Central Time (US & Canada)", -6, AMERICA),
    "Mountain Standard Time": ("(UTC-07:00) Mountain Time (US & Canada)", -7, AMERICA),
    "Pacific Standard Time": ("(UTC-08:00) Pacific Time (US & Canada)", -8, AMERICA),
}


def bias(hours):
    """Minutes west of Greenwich, as an xs:duration."""
    minutes = round(-hours * 60)
    sign, minutes = ("-" if minutes < 0 else ""), abs(minutes)
    return f"{sign}PT{minutes // 60}H{minutes % 60}M" if minutes % 60 else f"{sign}PT{minutes // 60}H"


def change_to(period, rule):
    """When the clock changes every year, and to which period."""
    month, day, occurrence, hour = rule
    return t("RecurringDayTransition", t("To", period, Kind="Period"), t("TimeOffset", f"PT{hour}H"),
             t("Month", month), t("DayOfWeek", day), t("Occurrence", occurrence))


def definition(key, is_full):
    """A zone as an element."""
    title, hours, rules = ZONES[key]
    if not is_full:
        return t("TimeZoneDefinition", Id=key, Name=title)
    standard, summer = f"trule:Microsoft/Registry/{key}/1-Standard", f"trule:Microsoft/Registry/{key}/1-Daylight"
    periods = [t("Period", Bias=bias(hours), Name="Standard", Id=standard)]
    changes = [t("Transition", t("To", standard, Kind="Period"))]
    if rules is not None:
        periods.append(t("Period", Bias=bias(hours + 1), Name="Daylight", Id=summer))
        changes = [change_to(summer, rules[0]), change_to(standard, rules[1])]
    return t("TimeZoneDefinition", t("Periods", *periods),
             t("TransitionsGroups", t("TransitionsGroup", *changes, Id="0")),
             t("Transitions", t("Transition", t("To", "0", Kind="Group"))), Id=key, Name=title)


def get_zones(call):
    """GetServerTimeZones."""
    wanted = find(call.body, "Ids")
    names = list(ZONES) if wanted is None else [one.text for one in wanted if one.text in ZONES]
    is_full = is_true(call.body.get("ReturnFullTimeZoneData", "true"))
    return [m("TimeZoneDefinitions", *(definition(name, is_full) for name in names))]


OPERATIONS = {"GetServerTimeZones": single("GetServerTimeZones", get_zones)}
