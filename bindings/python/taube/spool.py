# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mail that is retrieved, stored, and may then leave the server."""
import gi

gi.require_version("Taube", "1")
from gi.repository import GLib, Gio, GObject, Taube  # noqa: E402


class _Receiver(GObject.Object, Taube.Receiver):
    """Gives each whole message to a function, and confirms it when that comes back."""

    def __init__(self, folder, store):
        super().__init__()
        self.folder = folder
        self.store = store
        self.exception = None

    def do_open(self, _item_id, _size):
        return Gio.MemoryOutputStream.new_resizable()

    def do_finish(self, item_id, sink):
        sink.close(None)
        try:
            self.store(item_id, sink.steal_as_bytes().get_data() or b"")
            self.folder.confirm_stored(Taube.IdSet.new_from_ids([item_id]), None)
        except Exception as error:  # pylint: disable=broad-exception-caught
            self.exception = error
            domain = GLib.quark_to_string(Taube.error_quark())
            raise GLib.Error(str(error), domain, int(Taube.Error.STORAGE)) from error
        return True

    def do_abandon(self, _item_id, _sink):
        pass


class Spool:
    """A folder whose mail is retrieved, with the journal of what was stored; a context manager.

        with account.inbox.spool("alice.journal") as spool:
            spool.fetch(store)          # store(item_id, data) comes back when the message is safe on the disk
            spool.settle("days=30")     # without an argument: as the account's setting "leave" says
    """

    def __init__(self, folder, journal, moved=False):
        self.native = folder
        self.native.open_journal(str(journal),
                                 Taube.JournalFlags.MOVED if moved else Taube.JournalFlags.NONE, None)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """Gives the journal free for others."""
        self.native.close_journal()

    def unstored(self):
        """The ids of the messages that have not been confirmed as stored."""
        request = Taube.ListRequest.new()
        request.set_fields(Taube.ListFields.NONE)
        rows = self.native.list_unstored(request, None)
        return [rows.get_id(i) for i in range(rows.get_size())]

    def fetch(self, store, ids=None):
        """Retrieves messages, those that are not stored or those of ``ids``, calls ``store(item_id, data)`` for each,
        and confirms it. Gives the ids; raises what ``store`` raised, after which nothing more is retrieved."""
        ids = self.unstored() if ids is None else list(ids)
        if not ids:
            return []
        receiver = _Receiver(self.native, store)
        try:
            result = self.native.retrieve(Taube.IdSet.new_from_ids(ids), receiver, None, None)
        except GLib.Error:
            if receiver.exception is not None:
                raise receiver.exception  # pylint: disable=raise-missing-from
            raise
        if receiver.exception is not None:
            raise receiver.exception
        for item_id in ids:
            error = result.get_error(item_id)
            if error is not None:
                raise error
        return ids

    def confirm(self, ids):
        """Remembers that these are stored: what ``store`` of ``fetch`` does is confirmed already."""
        self.native.confirm_stored(Taube.IdSet.new_from_ids(list(ids)), None)

    def confirm_removed(self, ids):
        """Remembers that these were removed where they had been stored, for the policy ``until-removed``."""
        self.native.confirm_removed(Taube.IdSet.new_from_ids(list(ids)), None)

    def settle(self, leave=None):
        """Removes from the server what may leave it: ``"no"``, ``"days=30"``, ``"until-removed"`` or ``"forever"``.
        Gives the ids that are gone; raises for the first that is not."""
        policy = Taube.LeavePolicy.new_from_text(leave) if leave is not None else None
        result = self.native.settle(policy, None, None)
        for status in (Taube.BatchStatus.FAILED, Taube.BatchStatus.UNKNOWN):
            for item_id in result.get_ids(status).to_strv():
                raise result.get_error(item_id)
        return result.get_ids(Taube.BatchStatus.DONE).to_strv()
