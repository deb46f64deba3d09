"""Dates and zones: what does not read, reads two ways, or lies outside every calendar."""

from __future__ import annotations

from tests.bad_inputs.case import GOOD, Published, Quarantined, Refused, csv_case, orders, text

MONTH_FIRST = orders("o.csv", 'datetimes: "%m/%d/%Y"')
DAY_FIRST = orders("o.csv", 'datetimes: "%d/%m/%Y"')
BERLIN = "timezone: Europe/Berlin\n" + orders()
DELIVERED = orders(columns="delivered_at: amount, product_line: line")
FIVE = GOOD.replace("2026-01-07", "05/01/2026")
CASES = [
    csv_case(
        "a day that is no day",
        text("1,soon,1,a"),
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at 'soon' does not read as a time (ISO 8601, none is declared)"
        ),
    ),
    csv_case("an empty day", text("1,,1,a"), Quarantined({"ordered_at_required": 1}, "ordered_at is missing")),
    csv_case(
        "the thirtieth of February",
        text("1,2026-02-30,1,a"),
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at '2026-02-30' does not read as a time (ISO 8601, none is declared)"
        ),
    ),
    csv_case(
        "the leap day of a common year",
        text("1,2025-02-29,1,a"),
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at '2025-02-29' does not read as a time (ISO 8601, none is declared)"
        ),
    ),
    csv_case(
        "the hour 25",
        text("1,2026-01-05 25:00,1,a"),
        Quarantined(
            {"ordered_at_readable": 1},
            "ordered_at '2026-01-05 25:00' does not read as a time (ISO 8601, none is declared)",
        ),
    ),
    csv_case(
        "a leap second",
        text("1,2026-01-05 23:59:60,1,a"),
        Quarantined(
            {"ordered_at_readable": 1},
            "ordered_at '2026-01-05 23:59:60' does not read as a time (ISO 8601, none is declared)",
        ),
    ),
    csv_case(
        "slashes that nobody declared",
        text("1,05/01/2026,1,a"),
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at '05/01/2026' does not read as a time (ISO 8601, none is declared)"
        ),
    ),
    csv_case(
        "a file of slashes that nobody declared",
        text(good=FIVE),
        Refused(
            "orders: 40 of 40 rows (100.0%) are bad, more than the 5% that orders_bad_rows allows; most "
            "break ordered_at_readable (40), first at o.csv:2: ordered_at '05/01/2026' does not read as a "
            "time (ISO 8601, none is declared); correct `datetimes` (or `types`) of this source in "
            "workspace.yaml. Every row: var/loads/000001/quarantine.csv"
        ),
    ),
    csv_case(
        "day-first days declared month-first",
        text("1,31/01/2026,1,a", good=FIVE),
        Quarantined(
            {"ordered_at_readable": 1},
            "ordered_at '31/01/2026' does not read as a time with the declared format \"%m/%d/%Y\"",
        ),
        MONTH_FIRST,
    ),
    csv_case(
        "a whole file of day-first days declared month-first",
        text(good=FIVE.replace("05/01", "31/01")),
        Refused(
            "orders: 40 of 40 rows (100.0%) are bad, more than the 5% that orders_bad_rows allows; most "
            "break ordered_at_readable (40), first at o.csv:2: ordered_at '31/01/2026' does not read as a "
            'time with the declared format "%m/%d/%Y"; correct `datetimes` (or `types`) of this source in '
            "workspace.yaml. Every row: var/loads/000001/quarantine.csv"
        ),
        MONTH_FIRST,
    ),
    csv_case(
        "ISO days in a source declared day-first",
        text("1,2026-01-05,1,a", good=FIVE),
        Quarantined(
            {"ordered_at_readable": 1},
            "ordered_at '2026-01-05' does not read as a time with the declared format \"%d/%m/%Y\"",
        ),
        DAY_FIRST,
    ),
    csv_case(
        "a year of two digits",
        text("1,05/01/26,1,a", good=FIVE),
        Quarantined(
            {"ordered_at_in_era": 1},
            "ordered_at '0026-01-05 00:00:00' lies outside 1900 to 2199; a year of two digits is read with %y",
        ),
        DAY_FIRST,
    ),
    csv_case(
        "a month by its name in another language",
        text("1,5 janvier 2026,1,a", good=GOOD.replace("2026-01-07", "7 January 2026")),
        Quarantined(
            {"ordered_at_readable": 1},
            "ordered_at '5 janvier 2026' does not read as a time with the declared format \"%d %B %Y\"",
        ),
        orders("o.csv", 'datetimes: "%d %B %Y"'),
    ),
    csv_case(
        "a spreadsheet's day number",
        text("1,46027,1,a"),
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at '46027' does not read as a time (ISO 8601, none is declared)"
        ),
    ),
    csv_case(
        "a spreadsheet's day number before 1900",
        text("1,0.5,1,a", good=GOOD.replace("2026-01-07", "46029")),
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at '0.5' does not read as a time with the declared format \"excel\""
        ),
        orders("o.csv", "datetimes: excel"),
    ),
    csv_case(
        "seconds since 1970",
        text("1,1767603600,1,a"),
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at '1767603600' does not read as a time (ISO 8601, none is declared)"
        ),
    ),
    csv_case(
        "a day of the year 9999 that stands for none",
        text("1,2026-01-05,9999-12-31,a", good=GOOD.replace(",1,", ",,")),
        Quarantined(
            {"delivered_at_in_era": 1},
            "delivered_at '9999-12-31 00:00:00' lies outside 1900 to 2199; such a date usually means 'still "
            "open': map it to nothing, nullif(amount, '9999-12-31')",
        ),
        DELIVERED,
    ),
    csv_case(
        "the zero date of MySQL",
        text("1,0000-00-00 00:00:00,1,a"),
        Quarantined(
            {"ordered_at_readable": 1},
            "ordered_at '0000-00-00 00:00:00' does not read as a time (ISO 8601, none is declared)",
        ),
    ),
    csv_case(
        "the year 1",
        text("1,0001-01-01,1,a"),
        Quarantined(
            {"ordered_at_in_era": 1},
            "ordered_at '0001-01-01 00:00:00' lies outside 1900 to 2199; map what stands for no date to nothing",
        ),
    ),
    csv_case(
        "infinity as a time",
        text("1,infinity,1,a"),
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at 'infinity' does not read as a time (ISO 8601, none is declared)"
        ),
    ),
    csv_case(
        "a time with the name of a zone",
        text("1,2026-01-05 09:00 CET,1,a"),
        Quarantined(
            {"ordered_at_readable": 1},
            "ordered_at '2026-01-05 09:00 CET' does not read as a time (ISO 8601, none is declared)",
        ),
    ),
    csv_case(
        "an offset of a hundred hours",
        text("1,2026-01-05 09:00:00+99:00,1,a"),
        Quarantined(
            {"ordered_at_readable": 1},
            "ordered_at '2026-01-05 09:00:00+99:00' does not read as a time (ISO 8601, none is declared)",
        ),
    ),
    csv_case(
        "an hour that the clocks skip",
        text("1,2026-03-29 02:30,1,a"),
        Published(
            (
                "orders: ordered_at and the clocks of Europe/Berlin: 1 in an hour they skip; such a time may be "
                "an hour off: export the times with their offset, or in UTC.",
            ),
            {"ordered_at_clock_sure": 1},
        ),
        BERLIN,
    ),
    csv_case(
        "an hour that the clocks repeat",
        text("1,2025-10-26 02:30,1,a"),
        Published(
            (
                "orders: ordered_at and the clocks of Europe/Berlin: 1 in an hour they repeat; such a time may "
                "be an hour off: export the times with their offset, or in UTC.",
            ),
            {"ordered_at_clock_sure": 1},
        ),
        BERLIN,
    ),
    csv_case(
        "Arabic digits in a day",
        text("1,٢٠٢٦-٠١-٠٥,1,a"),
        Quarantined(
            {"ordered_at_readable": 1}, "ordered_at '٢٠٢٦-٠١-٠٥' does not read as a time (ISO 8601, none is declared)"
        ),
    ),
    csv_case(
        "a delivery before its order",
        text("1,2026-01-05,2026-01-04,a", good=GOOD.replace(",1,", ",,")),
        Quarantined(
            {"delivered_after_ordered": 1},
            "A delivery before its order is a mistyped date; delivery times would be negative",
        ),
        DELIVERED,
    ),
    csv_case(
        "a zone that does not exist",
        text(),
        Refused(
            "workspace.yaml:4:15: there is no time zone 'Europe/Atlantis'; write one like Europe/Berlin or "
            "UTC. Did you mean 'Europe/Athens'?"
        ),
        orders("o.csv", "timezone: Europe/Atlantis"),
    ),
    csv_case(
        "a date format without a day",
        text(),
        Refused(
            "workspace.yaml:4:16: datetimes: '%Y' names no whole day: a year, a month and a day; "
            'write it like "%d/%m/%Y %H:%M".'
        ),
        orders("o.csv", 'datetimes: "%Y"'),
    ),
    csv_case(
        "a date format of another language",
        text(),
        Refused("workspace.yaml:4:16: datetimes: 'dd/MM/yyyy' is no format; write it like \"%d/%m/%Y %H:%M\"."),
        orders("o.csv", 'datetimes: "dd/MM/yyyy"'),
    ),
]
