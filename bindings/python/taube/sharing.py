# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what with a folder, and how much of it."""


class Permission:
    """Who may do what with a folder."""

    def __init__(self, native):
        self.native = native

    def __repr__(self):
        return f"<taube.Permission {self.identifier!r} {self.letters!r}>"

    @property
    def identifier(self):
        """A login, ``anyone``, the name of a group; empty for one's own."""
        return self.native.get_identifier()

    @property
    def rights(self):
        return self.native.get_rights()

    @property
    def letters(self):
        return self.native.get_letters()

    @property
    def negative(self):
        """Whether the rights are taken away from somebody who would have them otherwise."""
        return self.native.is_negative()


class Quota:
    """One limit that the server sets: bytes where ``in_bytes``, else a number of things; None: not known, or none."""

    def __init__(self, native):
        self.root = native.get_root()
        self.resource = native.get_resource()
        self.in_bytes = native.is_in_bytes()
        self.usage = native.get_usage() if native.get_usage() >= 0 else None
        self.limit = native.get_limit() if native.get_limit() >= 0 else None

    def __repr__(self):
        return f"<taube.Quota {self.root!r} {self.resource}: {self.usage} of {self.limit}>"
