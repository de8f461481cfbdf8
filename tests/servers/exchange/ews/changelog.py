# SPDX-License-Identifier: LGPL-2.1-or-later
"""What happened to the members of one folder (or to the folders of one mailbox), in order, by number."""
from bisect import bisect_right

CREATE, UPDATE, READ, DELETE = "Create", "Update", "ReadFlagChange", "Delete"


class Member:
    """What is remembered of one member, even when it is gone."""

    __slots__ = ("born", "written", "entry", "gone")

    def __init__(self, born):
        self.born = born      # the change that made it
        self.written = born   # the last change of more than its read flag
        self.entry = 0        # where its last change stands in the log
        self.gone = False


class ChangeLog:
    """Changes with rising numbers. Looking what changed costs as much as changed, not as much as is there."""

    def __init__(self):
        self.numbers = []     # of each change
        self.subjects = []    # which member it was about
        self.replaced = []    # the number of the same member's next change, or None
        self.members = {}

    @property
    def head(self):
        """The number of the last change."""
        return self.numbers[-1] if self.numbers else 0

    def add(self, number, subject, kind):
        """Write down a change; numbers only rise."""
        member = self.members.get(subject)
        if member is None:
            member = self.members[subject] = Member(number)
        else:
            self.replaced[member.entry] = number
        if kind != READ:
            member.written = number
        member.gone = kind == DELETE
        member.entry = len(self.numbers)
        self.numbers.append(number)
        self.subjects.append(subject)
        self.replaced.append(None)

    def changes(self, base, position, head, limit):
        """What is new after POSITION for whoever had all up to BASE, as it was at HEAD: ([(kind, subject)], position).

        A member that came and went in between is not told; one that changed often is told once.
        """
        found = []
        entry = bisect_right(self.numbers, position)
        end = bisect_right(self.numbers, head)
        while entry < end and len(found) < limit:
            replaced = self.replaced[entry]
            if replaced is None or replaced > head:
                kind = self.kind_of(self.subjects[entry], base)
                if kind is not None:
                    found.append((kind, self.subjects[entry]))
            entry += 1
        # What is left may be nothing to tell: then the client has it all.
        while entry < end and (self.replaced[entry] or head + 1) <= head:
            entry += 1
        return found, head if entry >= end else self.numbers[entry - 1]

    def kind_of(self, subject, base):
        """What to tell of a member, or None for nothing."""
        member = self.members[subject]
        if member.gone:
            return DELETE if member.born <= base else None
        if member.born > base:
            return CREATE
        return UPDATE if member.written > base else READ
