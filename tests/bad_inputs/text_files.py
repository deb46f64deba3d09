"""Text files that are damaged, of another encoding, or no table at all."""

from __future__ import annotations

from tests.bad_inputs.case import GOOD, HEAD, Published, Quarantined, Refused, csv_case, orders, text

CASES = [
    csv_case("an empty file", "", Refused("o.csv: this file is empty; export it again.")),
    csv_case(
        "a file of blank lines",
        "\n \n\n",
        Refused("o.csv: this file is empty; export it again."),
    ),
    csv_case(
        "a file of nothing but a byte order mark",
        b"\xef\xbb\xbf",
        Refused("o.csv: this file is empty; export it again."),
    ),
    csv_case(
        "a header without rows",
        HEAD,
        Refused(
            "orders: there is no row (orders_not_empty); export it again. An empty export is a failed "
            "export, not a day without sales."
        ),
    ),
    csv_case(
        "rows without a header",
        GOOD,
        Refused(
            "workspace.yaml:3:12: orders: o.csv has none of the columns id, day, amount, line. It has g0, "
            "2026-01-07, 1, g; put the names into its first line, say with `header` where they "
            "stand, or correct `columns`."
        ),
    ),
    csv_case(
        "a header of delimiters alone",
        ",,,\n" + GOOD,
        Refused(
            "workspace.yaml:3:12: orders: o.csv has none of the columns id, day, amount, line. It has g0, "
            "2026-01-07, 1, g; put the names into its first line, say with `header` where they "
            "stand, or correct `columns`."
        ),
    ),
    csv_case(
        "another delimiter than declared",
        text().replace(",", ";"),
        Refused(
            "workspace.yaml:3:12: orders: o.csv has one column 'id;day;amount;line': its delimiter seems to "
            "be ';'; declare `delimiter`."
        ),
    ),
    csv_case(
        "a declared delimiter the file does not use",
        text(),
        Refused(
            "workspace.yaml:3:12: orders: o.csv has one column 'id,day,amount,line': its delimiter seems to "
            "be ','; declare `delimiter`."
        ),
        orders("o.csv", 'delimiter: "|"'),
    ),
    csv_case(
        "a title above the header",
        "Orders of January\n\n" + text(),
        Refused(
            "workspace.yaml:3:12: orders: o.csv has none of the columns id, day, amount, line. It has "
            "Orders of January; put the names into its first line, say with `header` where they "
            "stand, or correct `columns`."
        ),
    ),
    csv_case(
        "a header that names the key twice",
        text("1,2026-01-05,1,a", head="id,day,amount,id,line\n", good=GOOD.replace(",g\n", ",x,g\n")),
        Quarantined(
            {"orders_record_readable": 1},
            "the record has 4 fields and the header 5",
            ("o.csv: the column name 'id' stands twice; the later one is called 'id_2'.",),
        ),
    ),
    csv_case(
        "a header padded with blanks after a byte order mark",
        b"\xef\xbb\xbf id ,day, amount,line\n" + GOOD.encode(),
        Published(
            (
                "o.csv: the byte order mark before the header is left out.",
                "o.csv: the column name ' amount' is read without the blanks around it.",
                "o.csv: the column name ' id ' is read without the blanks around it.",
            )
        ),
    ),
    csv_case(
        "a column without a name",
        text(head="id,day,amount,line,\n", good=GOOD.replace("\n", ",\n")),
        Published(("o.csv: column 5 has no name and is called 'column_5'.",)),
    ),
    csv_case(
        "a misspelt column",
        text(head="id,day,amonut,line\n"),
        Refused("workspace.yaml:4:55: orders.revenue `amount`: o.csv has no column 'amount'. Did you mean 'amonut'?"),
    ),
    csv_case(
        "Latin-1 bytes in a file of UTF-8",
        text("1,2026-01-05,1,M\u00fcller").encode("latin-1"),
        Refused("o.csv:2: the byte 0xFC is not utf-8 text; declare the file's `encoding` in workspace.yaml."),
    ),
    csv_case(
        "UTF-16 without a declaration",
        text().encode("utf-16"),
        Refused("o.csv:1: this file begins as UTF-16 does; declare `encoding: utf-16` in workspace.yaml."),
    ),
    csv_case(
        "UTF-8 declared as UTF-16",
        text(),
        Refused(
            "o.csv:1: this file does not begin with the byte order mark of utf-16; correct `encoding` in "
            "workspace.yaml (utf-16-le and utf-16-be need no mark)."
        ),
        orders("o.csv", "encoding: utf-16"),
    ),
    csv_case(
        "cp1252 with a byte it does not have",
        text("1,2026-01-05,1,a").encode() + b"2,2026-01-05,1,\x81\n",
        Refused("o.csv:43: the byte 0x81 is not cp1252 text; declare the file's `encoding` in workspace.yaml."),
        orders("o.csv", "encoding: cp1252"),
    ),
    csv_case(
        "an encoding nobody knows",
        text(),
        Refused("workspace.yaml:4:15: there is no encoding 'klingon'; write one like utf-8 or cp1252."),
        orders("o.csv", "encoding: klingon"),
    ),
    csv_case(
        "a NUL byte",
        text("1,2026-01-05,1,a\0b"),
        Refused(
            "o.csv:2: a NUL byte stands here, which no text holds; the file is damaged, or UTF-16: then "
            "declare `encoding: utf-16`."
        ),
    ),
    csv_case(
        "UTF-8 cut in the middle of a letter",
        text().encode() + "1,2026-01-05,1,\u00e9".encode()[:-1],
        Refused("o.csv:42: the byte 0xC3 is not utf-8 text; declare the file's `encoding` in workspace.yaml."),
    ),
    csv_case(
        "a surrogate half written as bytes",
        text().encode() + b"1,2026-01-05,1,\xed\xa0\x80\n",
        Refused("o.csv:42: the byte 0xED is not utf-8 text; declare the file's `encoding` in workspace.yaml."),
    ),
    csv_case(
        "a record with a field too few",
        text("1,2026-01-05,1"),
        Quarantined({"orders_record_readable": 1}, "the record has 3 fields and the header 4"),
    ),
    csv_case(
        "a record with a field too many",
        text("1,2026-01-05,1,a,b"),
        Quarantined({"orders_record_readable": 1}, "the record has more fields than the header, which has 4"),
    ),
    csv_case(
        "an amount with an unquoted decimal comma",
        text("1,2026-01-05,12,50,a"),
        Quarantined({"orders_record_readable": 1}, "the record has more fields than the header, which has 4"),
    ),
    csv_case(
        "a quote that never closes",
        text() + '1,2026-01-05,1,"a\n' + GOOD,
        Refused(
            'o.csv:42: a quote (") opens a field here and never closes, so 40 more lines are read as one '
            "text; remove the quote, or write it twice inside quotes, and load again."
        ),
    ),
    csv_case(
        "a quote that closes lines later",
        text('1,2026-01-05,1,"a') + '2,2026-01-05,1,screen 5"\n' + GOOD,
        Refused(
            'o.csv:2: a quote (") opens a field here and closes only in line 43, so 41 more lines are read '
            "as one text; remove the quote, or write it twice inside quotes, and load again."
        ),
    ),
    csv_case(
        "text after a closing quote",
        text('1,2026-01-05,1,"a"b'),
        Quarantined(
            {"orders_record_readable": 1},
            "the record cannot be split into fields: something stands behind a closing quote",
        ),
    ),
    csv_case(
        "the last line cut off",
        text() + "1,2026-0",
        Quarantined({"orders_record_readable": 1}, "the record has 2 fields and the header 4"),
    ),
    csv_case("old Macintosh line ends", text().replace("\n", "\r"), Published(())),
    csv_case(
        "a lone carriage return inside a field",
        text("1,2026-01-05,1,a\rb"),
        Published(("o.csv:2: a carriage return stands inside a field without quotes; it is read as a blank.",)),
    ),
    csv_case(
        "a line of dashes under the header",
        text("---,---,---,---"),
        Quarantined(
            {"ordered_at_readable": 1, "revenue_readable": 1},
            "ordered_at '---' does not read as a time (ISO 8601, none is declared); revenue '---' does not "
            "read as a number with '.' as its decimal sign",
        ),
    ),
    csv_case(
        "a total under the rows",
        text() + "Total,,40,\n",
        Quarantined({"ordered_at_required": 1}, "ordered_at is missing"),
    ),
    csv_case(
        "two exports pasted into one file",
        text() + text("1,2026-01-05,1,a", good=""),
        Quarantined(
            {"ordered_at_readable": 1, "revenue_readable": 1},
            "ordered_at 'day' does not read as a time (ISO 8601, none is declared); revenue 'amount' does "
            "not read as a number with '.' as its decimal sign",
        ),
    ),
    csv_case(
        "a conflict of two versions left in the file",
        text("<<<<<<< mine", "1,2026-01-05,1,a", "======="),
        Quarantined({"orders_record_readable": 2}, "the record has 1 field and the header 4"),
    ),
    csv_case(
        "a header without an end",
        f"id,day,{'h' * 140_000}\n1,2026-01-05,1\n",
        Refused(
            "o.csv: its first line is no header (field larger than field limit (131072)); check the file "
            "and `delimiter`."
        ),
    ),
    csv_case(
        "a sign-in page",
        "<!DOCTYPE html><html><body>Please sign in</body></html>",
        Refused("o.csv: this is no text but a web page, perhaps a sign-in form, and no table; export it again."),
    ),
    csv_case(
        "an error message instead of a table",
        'ERROR: relation "orders" does not exist\n',
        Refused(
            "workspace.yaml:3:12: orders: o.csv has none of the columns id, day, amount, line. It has "
            'ERROR: relation "orders" does not exist; put the names into its first line, say with `header` '
            "where they stand, or correct `columns`."
        ),
    ),
    csv_case(
        "a JSON answer instead of a table",
        '{"error": "unauthorised", "code": 401}\n',
        Refused(
            "workspace.yaml:3:12: orders: o.csv has none of the columns id, day, amount, line. It has "
            '{"error": "unauthorised", "code": 401}; put the names into its first line, say with `header` '
            "where they stand, or correct `columns`."
        ),
    ),
    csv_case("a PDF", b"%PDF-1.7\n1 0 obj\n", Refused("o.csv: this is no text but a PDF; export a table.")),
]
