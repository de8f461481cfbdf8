# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages that look real, made from a seed: the same number always gives the same message."""
import base64
import quopri
import random
from datetime import datetime, timedelta, timezone
from email.header import Header

PEOPLE = [
    ("Anna Vogel", "anna.vogel@example.org"), ("Jürgen Müller", "juergen.mueller@example.de"),
    ("佐藤 健", "sato.ken@example.jp"), ("Zoë van der Berg", "zoe@example.nl"), ("Bob Fisher", "bob@example.com"),
    ("Vogel, Anna (Einkauf)", "einkauf@example.org"), ("François Lefèvre", "f.lefevre@example.fr"),
    ("Αλέξης Παπαδόπουλος", "alexis@example.gr"), ("build daemon", "builds@ci.example.net"),
    ("", "noreply@shop.example.com"),
]
ALICE = ("Alice Amsel", "alice@example.org")
SUBJECTS = [
    "Lunch on Thursday?", "Besprechung am Freitag: Tagesordnung und Unterlagen", "会議の議事録（第3四半期）",
    "Re: Angebot für die Brücken-Sanierung", "Your invoice 2026-{n:05d}", "[build] main #{n} passed",
    "Grüße aus Köln", "Fotos vom Wochenende 🎉", "Draft of chapter {n}", "Réunion reportée à jeudi",
    "Rechnung Nr. {n} – Zahlungserinnerung", "Pull request #{n}: fix the off-by-one in the reader",
    "A very long subject that goes on and on so that it has to be folded over several lines of the header, number {n}, "
    "as some programs really do when they put the whole first paragraph here", "",
]
SENTENCES = [
    "I had a look at the figures and they look fine to me.", "Könnten wir den Termin um eine Stunde verschieben?",
    "The train leaves at ten past eight, so let us meet at the station.", "資料を添付しますのでご確認ください。",
    "Die Straßenbahn fährt heute nicht; ich nehme das Fahrrad.", "Please find the report attached.",
    "Could you send me the other half until Wednesday?", "Vielen Dank für die schnelle Antwort!",
    "From here on it is downhill all the way.", ".", "We should test that with more than one mailbox.",
]
START = datetime(2024, 1, 1, 7, 30, tzinfo=timezone.utc)


class Maker:
    """Makes message NUMBER of a mailbox."""

    def __init__(self, number, seed):
        self.number = number
        self.seed = seed
        self.random = random.Random(seed * 1_000_003 + number)
        self.date = START + timedelta(minutes=37 * number, seconds=self.random.randrange(60))

    # ---- header ----

    def message_id(self, number):
        return f"<{number:08x}.{self.seed}@mail.example.org>"

    def address(self, person):
        name, mail = person
        if not name:
            return mail
        if name.isascii():
            return f'"{name}" <{mail}>' if "," in name or "(" in name else f"{name} <{mail}>"
        return f"{Header(name, 'utf-8').encode()} <{mail}>"

    def header(self):
        r = self.random
        thread = self.number - self.number % 12
        reply = self.number != thread and r.random() < 0.5
        first = thread if reply else self.number
        subject = SUBJECTS[(first if reply else first * 7 + r.randrange(3)) % len(SUBJECTS)].format(n=first)
        if reply:
            subject = "Re: " + subject.removeprefix("Re: ")
        lines = [
            f"Return-Path: <{PEOPLE[self.number % len(PEOPLE)][1]}>",
            "Received: from mx.example.org (mx.example.org [192.0.2.25])\n\tby mail.example.org with ESMTPS id "
            f"{self.number:08X}\n\tfor <alice@example.org>; {self.format_date(3)}",
            f"Date: {self.format_date(0)}",
            f"From: {self.address(PEOPLE[self.number % len(PEOPLE)])}",
            f"To: {self.address(ALICE)}",
            "Subject: " + self.encode_subject(subject),
            f"Message-ID: {self.message_id(self.number)}",
            "MIME-Version: 1.0",
        ]
        if r.random() < 0.3:
            lines.insert(5, "Cc: " + ",\n ".join(self.address(p) for p in r.sample(PEOPLE, r.randrange(1, 5))))
        if reply:
            chain = [self.message_id(n) for n in range(thread, self.number)]
            lines += [f"In-Reply-To: {chain[-1]}", "References: " + "\n ".join(chain)]
        if r.random() < 0.15:
            lines += ["List-Id: Pigeon fanciers <pigeons.lists.example.org>", "Precedence: list",
                      "List-Unsubscribe: <mailto:leave@lists.example.org>,\n <https://lists.example.org/pigeons>"]
        return lines

    def encode_subject(self, subject):
        if subject.isascii():
            return subject.replace(" over several", "\n over several").replace(" as some", "\n as some")
        if self.number % 17 == 0:
            return subject  # raw 8-bit, against the rules, as it does arrive
        charset = "iso-8859-1" if self.is_latin(subject) and self.number % 2 else "utf-8"
        return Header(subject, charset, maxlinelen=76).encode()

    @staticmethod
    def is_latin(text):
        try:
            text.encode("iso-8859-1")
        except UnicodeEncodeError:
            return False
        return True

    def format_date(self, seconds):
        zone = timezone(timedelta(hours=(self.number % 5) - 1))
        return (self.date + timedelta(seconds=seconds)).astimezone(zone).strftime("%a, %d %b %Y %H:%M:%S %z")

    # ---- body ----

    def paragraphs(self):
        r = self.random
        count = min(60, int(r.paretovariate(1.1)))
        return "\n\n".join(" ".join(r.choices(SENTENCES, k=r.randrange(1, 6))) for _ in range(count))

    def text_part(self):
        text = self.paragraphs() + "\n\n-- \nwritten on the way\n"
        coded = quopri.encodestring(text.encode()).decode("ascii")
        return ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"], coded

    def html_part(self):
        text = "<html><body><p>" + self.paragraphs().replace("\n\n", "</p><p>") + "</p></body></html>\n"
        coded = base64.encodebytes(text.encode()).decode("ascii")
        return ["Content-Type: text/html; charset=\"utf-8\"", "Content-Transfer-Encoding: base64"], coded

    def multipart(self, kind, parts, **parameters):
        boundary = f"=_{kind[:3]}_{self.number:x}_{len(parts)}"
        extra = "".join(f";\n\t{name}={value}" for name, value in parameters.items())
        body = "".join(f"--{boundary}\n" + "\n".join(head) + "\n\n" + text + "\n" for head, text in parts)
        return [f"Content-Type: multipart/{kind};\n\tboundary=\"{boundary}\"{extra}"], f"{body}--{boundary}--\n"

    def attachment(self):
        size = int(min(300_000, 800 * self.random.paretovariate(0.8)))
        name = self.random.choice(["bericht.pdf", "Übersicht 2026.xlsx", "photo.jpg", "資料.pdf"])
        shown = f'filename="{name}"' if name.isascii() else "filename*=utf-8''" + "".join(
            chr(b) if chr(b).isalnum() and b < 128 or b in b".-_" else f"%{b:02X}" for b in name.encode())
        head = ["Content-Type: application/octet-stream", "Content-Transfer-Encoding: base64",
                f"Content-Disposition: attachment; {shown}"]
        return head, base64.encodebytes(self.random.randbytes(size)).decode("ascii")

    def invitation(self):
        start = (self.date + timedelta(days=3)).strftime("%Y%m%dT%H%M%SZ")
        text = "\n".join([
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example.org//calendar//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
            f"UID:{self.number}@calendar.example.org", f"DTSTAMP:{start}", f"DTSTART:{start}", "DURATION:PT1H",
            "SUMMARY:Besprechung im kleinen Kreis", "ORGANIZER:mailto:anna.vogel@example.org",
            "ATTENDEE;RSVP=TRUE:mailto:alice@example.org", "END:VEVENT", "END:VCALENDAR", ""])
        return ["Content-Type: text/calendar; charset=utf-8; method=REQUEST", "Content-Transfer-Encoding: 8bit"], text

    def forwarded(self):
        return ["Content-Type: message/rfc822"], Maker(self.number + 1_000_000, self.seed).plain()

    def body(self):
        kind = self.random.random()
        if kind < 0.40:
            return self.text_part()
        alternative = self.multipart("alternative", [self.text_part(), self.html_part()])
        if kind < 0.75:
            return alternative
        if kind < 0.90:
            attachments = [self.attachment() for _ in range(self.random.randrange(1, 4))]
            return self.multipart("mixed", [alternative] + attachments)
        if kind < 0.95:
            return self.multipart("mixed", [self.multipart("alternative", [self.text_part(), self.invitation()])])
        return self.multipart("mixed", [self.text_part(), self.forwarded()])

    def join(self, head, text):
        return "\n".join(self.header() + head) + "\n\n" + text

    def plain(self):
        return self.join(*self.text_part())

    def message(self):
        return self.join(*self.body()).encode("utf-8", "surrogateescape")


def make_message(number, seed=1):
    """The bytes of message NUMBER with LF line ends, as they lie in a Maildir."""
    return Maker(number, seed).message()


def make_small_message(number, seed=1):
    """The same header, and a body of one line: for mailboxes of very many messages."""
    maker = Maker(number, seed)
    return maker.join(["Content-Type: text/plain; charset=utf-8"], f"Message {number}.\n").encode()


def make_big_message(size, number=0, seed=1):
    """Pieces of one message of about SIZE bytes."""
    maker = Maker(number, seed)
    yield maker.join(["Content-Type: application/octet-stream", "Content-Transfer-Encoding: base64"], "").encode()
    block = base64.encodebytes(random.Random(seed).randbytes(57 * 4096))
    done = 0
    while done < size:
        yield block
        done += len(block)
