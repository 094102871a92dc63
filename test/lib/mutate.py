"""Small invented files of each published format, and mutations of them, with what Python's csv module reads in each.

mutate.py write FOLDER NUMBER writes NUMBER files to the folder and prints a line for each: name, what must become of it, records.
  read     it must be imported: a harmless variant of a good file
  refuse   it must be refused: not strict CSV, ragged, no one encoding, or read differently by different readers
  either   it may be refused for what its cells or header say, but where it is read, all its records are

mutate.py compare FOLDER reads lines "name, number of the record, row as JSON" of rejected rows and prints those whose cells are not
the ones that Python reads in that record.

The oracle is csv.reader(strict=True) over the decoded text. Python reads on where RFC 4180 does not: a quote inside a cell
that is not quoted as a whole is a letter to it, a lone carriage return ends a line, ragged rows are rows, NUL is a
character (from 3.11 on). Such files must be refused.
"""
import csv
import io
import json
import random
import re
import sys

csv.field_size_limit(1 << 30)

GOOD = {
    "ees-absence": "time_period,geographic_level,school_urn,school_laestab,school_name,education_phase,enrolments,sess_possible,"
    "sess_overall,sess_authorised,sess_unauthorised,enrolments_pa_10_exact,sess_auth_illness\n"
    '201819,School,{u}1,{l}1,"Invented, St Zoë",State-funded primary,200,70000,3000,2000,1000,20,1500\n'
    "201819,School,{u}2,{l}2,Grange – Lower,State-funded secondary,c,c,c,c,c,c,c\n"
    "201819,National,,,,Total,1,1,1,1,0,1,1\n"
    '201819,School,{u}3,{l}3,"The ""Good""\nSchool",Special,10,100,5,3,3,1,1\n',
    "england-abs": "LA,ESTAB,URN,PERCTOT,PPERSABS10,SCHNAME\n201,2{d}1,{u}1,4.5,9.1,Zoë\n201,2{d}2,{u}2,5.5,SUPP,\"A, B\"\n"
    "NAT,PRI,,4.0,8.2,\n201,PRI,,4.0,8.2,\n201,2{d}3,12,1,1,short\n",
    "england-census": "URN,LA,Estab,SCHOOLTYPE,NOR,NUMFSM,PNUMFSMEVER,PSENELK,PSENELSE,PNUMEAL\n"
    "{u}1,201,2{d}1,State-funded primary,200,50,30%,10,2.5,NA\n{u}2,201,2{d}2,Independent école,20,NA,NA,NA,NA,NA\nNAT,,PRI,State-funded primary,1,1,1,1,1,1\n",
    "spc": "time_period,urn,phase_type_grouping,headcount of pupils,% of pupils known to be eligible for free school meals,"
    "% of pupils whose first language is known or believed to be other than English,school_name\n"
    '202223,{u}1,State-funded primary,201,24.9,12.5,"St Zoë, upper"\n202223,{u}2,Independent school,20,z,z,Two\n',
    "gias": '"URN","LA (code)","LA (name)","EstablishmentNumber","EstablishmentName","TypeOfEstablishment (name)","EstablishmentTypeGroup (name)","PhaseOfEducation (name)","OpenDate"\n'
    '"{u}1","201","Invented","2{d}1","Renée – the ""Good""","Community school","Group","Primary","01-09-2012"\n'
    '"{u}2","201","Invented","2{d}2","Line\r\nbreak","Academy converter","Academies","Secondary",""\n',
    "gias-links": "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n{u}1,{u}2,Zoë,Successor,01-09-2012\n{u}2,{u}1,\"A, B\",Predecessor,2012-09-01\n",
    "school-idaci": "urn,idaci_rank,idaci_score,note\n{u}1,5,0.5,é\n{u}2,x,x,\n{u}3,0,0.1,\n",
}
BYTES = [b'"', b'""', b",", b"\r", b"\n", b"\r\n", b"\0", b"\\", b".", b";", b"\t", b" ", b"\xe9", b"\xc3", b"\xc3\xa9", b"\xef\xbb\xbf", b"\x81", b"\x1b",
    b"0", b"x", b"\n\\.\n", b"\n\n", b'"\n', b'\n"']


def lines(data):
    return data.splitlines(keepends=True)


def flip(r, d):
    i = r.randrange(len(d))
    return d[:i] + bytes([d[i] ^ (1 << r.randrange(8))]) + d[i + 1:]


def insert(r, d):
    i = r.randrange(len(d) + 1)
    return d[:i] + r.choice(BYTES) + d[i:]


def replace(r, d):
    i = r.randrange(len(d))
    return d[:i] + r.choice(BYTES) + d[i + 1:]


def delete(r, d):
    i = r.randrange(len(d))
    return d[:i] + d[i + r.choice([1, 1, 1, 2, 5, 30]):]


def punctuation(r, d):
    """Deletes or doubles one of the characters that a CSV file hangs on."""
    places = [i for i, c in enumerate(d) if c in b'",\r\n']
    if not places:
        return d
    i = r.choice(places)
    return d[:i] + d[i:i + 1] * r.choice([0, 2]) + d[i + 1:]


def line_ends(r, d):
    return b"".join(x[:-1] + r.choice([b"\n", b"\r\n", b"\n", b"\r"]) if x.endswith(b"\n") else x for x in lines(d))


def some_lines(r, d):
    x = lines(d)
    i = r.randrange(len(x))
    return b"".join(x[:i] + r.choice([[], [x[i], x[i]], [b"\n", x[i]], [x[i].replace(b",", b";")], [x[i].rstrip(b"\r\n") + b",\n"]]) + x[i + 1:])


def truncate(r, d):
    return d[:r.randrange(len(d))]


def other_encoding(r, d):
    text = d.decode("utf-8", "ignore")
    return r.choice([text.encode("cp1252", "ignore"), text.encode("utf-16"), text.encode("utf-16-le"), d + text.encode("cp1252", "ignore")])


HARMFUL = [flip, insert, insert, replace, delete, punctuation, punctuation, line_ends, some_lines, truncate, other_encoding]


def harmless(r, d):
    """A variant that says the same: line ends, quotes, byte-order mark, blank lines at the end, encoding."""
    rows = list(csv.reader(io.StringIO(d.decode(), newline="")))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=r.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    for row in rows:
        out.truncate()
        writer.writerow(row)
        if r.random() < 0.3:
            out.seek(out.tell() - 1)
            out.write("\r\n")
    text = out.getvalue()
    if r.random() < 0.2:
        text = text.rstrip("\r\n")
    elif r.random() < 0.3:
        text += r.choice(["\n", "\r\n\n", "  \n", "\n\n\n"])
    return text.encode("cp1252") if r.random() < 0.3 else (b"\xef\xbb\xbf" if r.random() < 0.5 else b"") + text.encode()


def read(data):
    """The records that Python reads, or None where readers differ and the file must be refused."""
    if b"\0" in data:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if not data.decode("utf-8", "ignore").isascii():
            return None
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            return None
    if re.search(r"^\\\.\r?$", text, re.M):
        return None
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return None
    while rows and len(rows[-1]) <= 1 and not "".join(rows[-1]).strip(" \t\r\n\f\v"):
        rows.pop()
    # another reading of the same text: RFC 4180 by a regular expression, LF and CR LF alone as line ends
    cell = r'(?:"(?:[^"]|"")*"|[^",\r\n]*)'
    if rows and not re.fullmatch(rf"{cell}(?:,{cell})*(?:\r?\n{cell}(?:,{cell})*)*(?:\r?\n\s*)?\s*", text):
        return None
    if any(len(row) != len(rows[0]) for row in rows) or (rows and len(rows[0]) < 2):
        return None
    return rows


def write(folder, number):
    r = random.Random(20261128)
    formats = list(GOOD)
    for n in range(number):
        name = f"{n:05d}.csv"
        good = GOOD[formats[n % len(formats)]]
        # schools of its own, so that what one file stores says nothing of another
        data = good.replace("{u}", str(10000 + n)).replace("{l}", f"2{10000 + n}").replace("{d}", f"{n % 100:02d}").encode()
        if n % 25 == 0:
            data = harmless(r, data)
            verdict = "read"
        else:
            for _ in range(r.choice([1, 2, 3, 4])):
                data = r.choice(HARMFUL)(r, data) or b"\n"
            verdict = "either"
        rows = read(data)
        if rows is None:
            verdict = "refuse" if verdict == "either" else "oracle"
        with open(f"{folder}/{name}", "wb") as out:
            out.write(data)
        print(name, verdict, max(len(rows) - 1, 0) if rows is not None else -1, sep="\t")


def compare(folder):
    files = {}
    for line in sys.stdin:
        name, record, row = line.rstrip("\n").split("\t", 2)
        if name not in files:
            with open(f"{folder}/{name}", "rb") as file:
                files[name] = read(file.read())
        if sorted(x or "" for x in json.loads(row).values()) != sorted(files[name][int(record) - 1]):
            print(name, record, row, sep="\t")


if sys.argv[1] == "write":
    write(sys.argv[2], int(sys.argv[3]))
else:
    compare(sys.argv[2])
