# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes over whatever protocol they speak, in Python's own terms.

A thin layer over the introspected library (``gi.repository.Taube``): accounts are context managers, folders can be
iterated, dates are ``datetime``. Every object has ``native``, the library's own, for what is not wrapped here.

    import taube

    with taube.open("imaps://alice@mail.example.org", password="…") as account:
        print(account.capabilities["calendar-sync"])
        for message in account.inbox.list(newest=10):
            print(message.date, message.sender, message.subject)
        for message in account.inbox.search("is:unread from:bob", sort="-date"):
            print(message.subject)

Calls block, and let other Python threads run meanwhile. Errors are ``GLib.Error`` of the domain ``taube-error-quark``;
``taube.Error`` names their codes: ``except GLib.Error as e: e.matches(taube.error_quark(), taube.Error.NOT_FOUND)``.
"""
import datetime
import os
from collections.abc import Mapping, Sequence

import gi

gi.require_version("Taube", "1")
from gi.repository import GLib, GObject, Gio, Taube  # noqa: E402

from .oauth2 import OAuth2  # noqa: E402
from .sharing import Permission, Quota  # noqa: E402
from .spool import Spool  # noqa: E402
from .view import View  # noqa: E402

Capability = Taube.Capability
Content = Taube.Content
Discard = Taube.DiscardMode
Error = Taube.Error
Fields = Taube.ListFields
Flags = Taube.MessageFlags
Importance = Taube.Importance
Namespace = Taube.Namespace
Rights = Taube.Rights
Role = Taube.FolderRole
SearchPlace = Taube.SearchPlace
SearchStep = Taube.SearchStep
Support = Taube.Support
Threading = Taube.Threading
error_quark = Taube.error_quark

__all__ = [
    "Account", "Capabilities", "Capability", "Changes", "Content", "Discard", "Error", "Fields", "Flags", "Folder",
    "Importance", "Message", "Namespace", "OAuth2", "Permission", "Quota", "Rights", "Role", "SearchPlace",
    "SearchResult", "SearchStep", "Spool", "Support", "Threading", "View", "backends", "error_quark", "open",
]


def _datetime(unix_time, offset_minutes):
    zone = datetime.timezone(datetime.timedelta(minutes=offset_minutes))
    return datetime.datetime.fromtimestamp(unix_time, tz=datetime.timezone.utc).astimezone(zone)


def _from_glib(date):
    if date is None:
        return None
    return _datetime(date.to_unix(), date.get_utc_offset() // 60_000_000)


def _outcome(result, item_id):
    """The new id of one item of a batch, or None when the server did not tell; raises what kept it from being done."""
    error = result.get_error(item_id)
    if error is not None:
        raise error
    return result.get_new_id(item_id)


def _read_source(file):
    """A message from an open binary file; one without a descriptor is in memory anyway."""
    try:
        descriptor = file.fileno()
    except OSError:
        return Taube.MessageSource.new_from_bytes(GLib.Bytes.new(file.read()))
    return Taube.MessageSource.new(Gio.UnixInputStream.new(descriptor, False), -1)


def _source(message, flags, keywords, date):
    """A message from bytes, from an open binary file, or from the file of that path."""
    if isinstance(message, (bytes, bytearray, memoryview)):
        source = Taube.MessageSource.new_from_bytes(GLib.Bytes.new(bytes(message)))
    elif hasattr(message, "fileno"):
        source = _read_source(message)
    else:
        source = Taube.MessageSource.new_from_file(Gio.File.new_for_path(os.fspath(message)))
    source.set_flags(flags)
    source.set_keywords(list(keywords))
    if date is not None:
        source.set_date(GLib.DateTime.new_from_iso8601(date.astimezone().isoformat(), None))
    return source


class Capabilities(Mapping):
    """The comparison table: row key to ``Support``; ``reason()`` and ``evidence()`` say why."""

    def __init__(self, native):
        self.native = native

    @staticmethod
    def _row(key):
        known, capability = Taube.capability_from_key(key)
        if not known:
            raise KeyError(key)
        return capability

    def __getitem__(self, key):
        return self.native.get_support(self._row(key))

    def __iter__(self):
        return (Taube.capability_get_key(Capability(i)) for i in range(Taube.N_CAPABILITIES))

    def __len__(self):
        return Taube.N_CAPABILITIES

    def reason(self, key):
        return self.native.get_reason(self._row(key))

    def evidence(self, key):
        return self.native.get_evidence(self._row(key))


class Message:
    """A message: what the list knows of it at once, the rest when it is asked for."""

    def __init__(self, native):
        self.native = native

    def __repr__(self):
        return f"<taube.Message {self.id!r} {self.subject!r}>"

    @property
    def id(self):
        return self.native.get_id()

    @property
    def uri(self):
        return self.native.get_uri().to_string()

    @property
    def subject(self):
        return self.native.get_subject()

    @property
    def sender(self):
        """Who wrote it: the field From."""
        return self.native.get_from()

    @property
    def to(self):
        return self.native.get_to()

    @property
    def cc(self):
        return self.native.get_cc()

    @property
    def message_id(self):
        return self.native.get_message_id()

    @property
    def size(self):
        return self.native.get_size()

    @property
    def flags(self):
        return self.native.get_flags()

    @property
    def keywords(self):
        return list(self.native.get_keywords() or [])

    @property
    def preview(self):
        """The first words, when they were asked for and the server tells them."""
        return self.native.get_preview()

    @property
    def email_id(self):
        """What all copies of the message have in common, in whatever folder; when it was asked for."""
        return self.native.get_email_id()

    @property
    def thread_id(self):
        """What all messages of the conversation have in common; when it was asked for."""
        return self.native.get_thread_id()

    @property
    def labels(self):
        return list(self.native.get_labels() or [])

    @property
    def importance(self):
        """``Importance.LOW``, ``NORMAL`` or ``HIGH``; ``UNKNOWN`` when it was not asked for (``Fields.IMPORTANCE``)."""
        return self.native.get_importance()

    @property
    def saved(self):
        """When it was put into this folder; when that was asked for."""
        return _from_glib(self.native.get_save_date())

    @property
    def date(self):
        """When it was written, or else when it arrived; an aware ``datetime`` or None."""
        return _from_glib(self.native.get_sent_date() or self.native.get_date())

    def text(self):
        return self.native.load_text(None)

    def html(self):
        return self.native.load_html(None)

    def raw(self):
        return self.native.load_raw(None).get_data()

    def structure(self):
        return self.native.load_structure(None)

    def copy(self, folder):
        """Copies it to another folder of the account; gives the copy's id there, or None when it is not known."""
        return self._folder().copy([self.id], folder)[0]

    def move(self, folder):
        """Moves it to another folder of the account; gives its id there, or None when it is not known."""
        return self._folder().move([self.id], folder)[0]

    def remove(self):
        """Removes it for good."""
        self._folder().remove([self.id])

    def discard(self, mode=Discard.TO_TRASH):
        """Throws it away; gives its id in the trash, or None."""
        return self._folder().discard([self.id], mode)[0]

    def replace(self, message, flags=Flags.NONE, keywords=(), date=None):
        """Puts another message in its place, as an editor does with a draft; gives that one's id."""
        source = _source(message, flags, keywords, date)
        return _outcome(self.native.get_folder().replace(self.id, source, None, None), self.id)

    def set_flags(self, **changes):
        """As ``Folder.set_flags``, for this one message."""
        for result in self._folder().set_flags([self.id], **changes):
            _outcome(result, self.id)

    def set_importance(self, importance):
        """As ``Folder.set_importance``, for this one message."""
        self._folder().set_importance([self.id], importance)

    def _folder(self):
        return Folder(self.native.get_folder())

    def save(self, path):
        """Writes the whole message to a file, in constant memory."""
        sink = Gio.File.new_for_path(path).replace(None, False, Gio.FileCreateFlags.NONE, None)
        try:
            self.native.save(sink, None, None)
        finally:
            sink.close(None)


class Changes:
    """What happened in a folder since the last look."""

    def __init__(self, folder, native):
        self.folder = folder
        self.native = native

    @property
    def added(self):
        return self.native.get_added().to_strv()

    @property
    def changed(self):
        return self.native.get_changed().to_strv()

    @property
    def removed(self):
        return self.native.get_removed().to_strv()

    @property
    def reset(self):
        """Whether all that was known of the folder is worthless: ask again without a token."""
        return self.native.is_reset()

    @property
    def token(self):
        """Bytes to give to ``Folder.changes()`` the next time; None after a reset."""
        token = self.native.get_token()
        return token.get_data() if token is not None else None


def _parse_query(text):
    query, _column = Taube.Query.parse(text)
    return query


class SearchResult(Sequence):
    """What a search found, in its order; items are made when they are asked for."""

    def __init__(self, native):
        self.native = native
        self._rows = native.get_list()

    def __len__(self):
        return self._rows.get_size()

    def __getitem__(self, position):
        if isinstance(position, slice):
            return [self[i] for i in range(*position.indices(len(self)))]
        index = position + len(self) if position < 0 else position
        if not 0 <= index < len(self):
            raise IndexError(position)
        return _wrap_item(self._rows.get_item(index))

    @property
    def total(self):
        """How many items match, also those beyond the limit."""
        return self.native.get_total()

    @property
    def threads(self):
        """The threads, each a list of ``(depth, item)``."""
        threads = [[] for _ in range(self.native.get_n_threads())]
        for i, item in enumerate(self):
            threads[self.native.get_thread(i)].append((self.native.get_depth(i), item))
        return threads

    def parent(self, position):
        """The position of the item that the one at ``position`` answers, or None."""
        found, parent = self.native.get_parent(position)
        return parent if found else None

    def place(self, step=SearchStep.FIND):
        """Where a step of the search was done."""
        return self.native.get_place(step)

    def reason(self, step=SearchStep.FIND):
        """Why a step was not done by the server alone, or None."""
        return self.native.get_reason(step)


def _read_metadata(owner, names):
    notes = owner.load_metadata(list(names) or None, None)
    return {note.get_name(): note.get_value().get_data() for note in notes}


def _write_metadata(owner, name, value):
    if isinstance(value, str):
        value = value.encode()
    owner.set_metadata(name, GLib.Bytes.new(value) if value is not None else None, None)


class Folder:
    """A folder; iterating gives its items, newest first."""

    def __init__(self, native):
        self.native = native

    def __repr__(self):
        return f"<taube.Folder {self.name!r}>"

    @property
    def name(self):
        return self.native.get_name()

    @property
    def path(self):
        return list(self.native.get_path())

    @property
    def role(self):
        return self.native.get_role()

    @property
    def total(self):
        return self.native.get_total()

    @property
    def unread(self):
        return self.native.get_unread()

    @property
    def size(self):
        """Bytes of all messages, as refresh() was told; None where the server does not tell."""
        return self.native.get_size() if self.native.get_size() >= 0 else None

    @property
    def namespace(self):
        return self.native.get_namespace()

    @property
    def owner(self):
        """Whose folder it is, when that is somebody else and known."""
        return self.native.get_owner()

    @property
    def comment(self):
        return self.native.get_comment()

    @property
    def subscribed(self):
        return bool(self.native.get_flags() & Taube.FolderFlags.SUBSCRIBED)

    @subscribed.setter
    def subscribed(self, wanted):
        self.native.get_account().set_subscribed(self.native, wanted, None)

    def refresh(self):
        self.native.refresh(None)

    def rename(self, name):
        """Gives it, and what is below it, another name (a path with ``/``); returns the folder of that name."""
        account = self.native.get_account()
        path = account.get_folder_by_name(name).get_path()
        return Folder(account.rename_folder(self.native, path, None))

    def delete(self):
        """Deletes it with all that it holds; folders below it are left alone."""
        self.native.get_account().delete_folder(self.native, None)

    def permissions(self):
        return [Permission(native) for native in self.native.list_permissions(None)]

    def my_rights(self):
        return Permission(self.native.load_my_rights(None)).rights

    def grant(self, identifier, rights):
        """Lets somebody have these ``Rights`` and no others; a text is letters as in RFC 4314, such as ``"lrs"``."""
        make = Taube.Permission.new_from_letters if isinstance(rights, str) else Taube.Permission.new
        self.native.set_permission(make(identifier, rights), Taube.FlagsMode.REPLACE, None)

    def revoke(self, identifier):
        """Takes all rights away from somebody."""
        self.native.remove_permission(identifier, None)

    def quotas(self):
        return [Quota(native) for native in self.native.list_quotas(None)]

    def metadata(self, *names):
        """Notes about the folder by their names, such as ``/private/comment``, as bytes; all when none is named."""
        return _read_metadata(self.native, names)

    def set_metadata(self, name, value):
        """Notes a text or bytes; None takes the note away."""
        _write_metadata(self.native, name, value)

    def list(self, newest=0, fields=Fields.DEFAULT):
        """The newest so many items (0: all), newest first, with the given columns."""
        request = Taube.ListRequest.new()
        request.set_fields(fields)
        request.set_newest(newest)
        request.set_newest_first(True)
        rows = self.native.list(request, None)
        return [_wrap_item(rows.get_item(i)) for i in range(rows.get_size())]

    def __iter__(self):
        return iter(self.list())

    def changes(self, token=None):
        """What happened since ``token``, an earlier ``Changes.token``; without, everything is added."""
        return Changes(self, self.native.get_changes(GLib.Bytes.new(token) if token is not None else None, None, None))

    def search(self, query="", sort=None, newest_first=True, offset=0, limit=0, threads=Threading.NONE):
        """What matches a query such as ``is:unread from:bob since:2026-11-01 -subject:"out of office"``.

        ``query`` is text or a ``Taube.Query``; ``sort`` keys with commas between, such as ``"subject,-date"``. Gives a
        ``SearchResult``: a sequence of items that knows where the work was done, and of threads.
        """
        if isinstance(query, str):
            query = _parse_query(query)
        request = Taube.SearchRequest.new()
        request.set_sort(sort)
        request.set_newest_first(newest_first)
        request.set_range(offset, limit)
        request.set_threading(threads)
        return SearchResult(self.native.search(query, request, None))

    def get(self, item_id):
        return _wrap_item(self.native.get_item(item_id, None))

    def spool(self, journal, moved=False):
        """Opens the journal of what was stored of this folder, a file; gives a ``Spool``. ``moved`` when the mailbox
        has moved to another server, or its messages have other ids than before."""
        return Spool(self.native, journal, moved)

    def view(self):
        """A live view of the folder, newest first."""
        return View(Taube.FolderView.new(self.native), _wrap_item)

    def append(self, *messages, flags=Flags.NONE, keywords=(), date=None):
        """Writes messages into the folder: bytes, open binary files, or paths. Gives the id of each (of one, only its
        id), None where it is not known."""
        sources = [_source(message, flags, keywords, date) for message in messages]
        result = self.native.append(sources, None, None)
        ids = [_outcome(result, str(position)) for position in range(1, len(sources) + 1)]
        return ids[0] if len(ids) == 1 else ids

    def copy(self, ids, target):
        """Copies items to another folder of the account; gives the id of each copy, None where it is not known."""
        result = self.native.copy(Taube.IdSet.new_from_ids(list(ids)), target.native, None, None)
        return [_outcome(result, item_id) for item_id in ids]

    def move(self, ids, target):
        """Moves items to another folder of the account; gives the id of each there, None where it is not known."""
        result = self.native.move(Taube.IdSet.new_from_ids(list(ids)), target.native, None, None)
        return [_outcome(result, item_id) for item_id in ids]

    def remove(self, ids):
        """Removes items for good, these and no others."""
        result = self.native.remove(Taube.IdSet.new_from_ids(list(ids)), None, None)
        for item_id in ids:
            _outcome(result, item_id)

    def discard(self, ids, mode=Discard.TO_TRASH):
        """Throws items away; gives the id of each in the trash, None where it is not known or not there."""
        result = self.native.discard(Taube.IdSet.new_from_ids(list(ids)), mode, None, None)
        return [_outcome(result, item_id) for item_id in ids]

    def empty(self, mode=Discard.FOR_GOOD, with_folders=False):
        """Throws away all that is in it, and the folders below it if wished."""
        self.native.empty(mode, with_folders, None, None)

    def mark_all_seen(self):
        self.native.mark_all_seen(None)

    def set_flags(self, ids, add=Flags.NONE, remove=Flags.NONE, add_keywords=(), remove_keywords=()):
        """Sets and takes away flags and keywords of the items with these ids; gives the results of both."""
        id_set = Taube.IdSet.new_from_ids(list(ids))
        results = []
        for mode, flags, keywords in ((Taube.FlagsMode.ADD, add, add_keywords),
                                      (Taube.FlagsMode.REMOVE, remove, remove_keywords)):
            if flags or keywords:
                results.append(self.native.set_flags(id_set, mode, flags, list(keywords), None))
        return results

    def set_importance(self, ids, importance):
        """Says how important items are; Exchange keeps that, elsewhere it stands in the message."""
        result = self.native.set_importance(Taube.IdSet.new_from_ids(list(ids)), importance, None)
        for item_id in ids:
            _outcome(result, item_id)


class _FunctionTokenSource(GObject.Object, Taube.TokenSource):
    """Tokens from a function of the host's name."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def do_get_token_async(self, host, cancellable, callback, *_):
        task = Gio.Task.new(self, cancellable, lambda source, result, *__: callback(source, result))
        try:
            task.token = self.function(host)
            task.return_boolean(True)
        except Exception as error:  # pylint: disable=broad-exception-caught
            task.return_error(GLib.Error(str(error), GLib.quark_to_string(error_quark()), int(Error.AUTH)))

    def do_get_token_finish(self, result):
        result.propagate_boolean()
        return result.token

    def do_invalidate(self, token):
        pass


def _wrap_item(native):
    return Message(native) if isinstance(native, Taube.Message) else native


class Account:
    """An account, connected for as long as its ``with`` block lasts."""

    def __init__(self, native):
        self.native = native

    def __enter__(self):
        self.native.account_connect(None)
        return self

    def __exit__(self, *exception):
        try:
            self.native.account_disconnect(None)
        except GLib.Error:
            if exception[0] is None:
                raise

    @property
    def capabilities(self):
        return Capabilities(self.native.get_capabilities())

    @property
    def inbox(self):
        return self.by_role(Role.INBOX)

    def by_role(self, role):
        """The folder of this role, or None; roles other than the inbox are known once the folders were listed."""
        native = self.native.get_folder_for_role(role)
        return Folder(native) if native is not None else None

    def folders(self, content=Content.ANY):
        return [Folder(native) for native in self.native.list_folders(content, None)]

    def folder(self, name):
        """The folder of this name; the steps of its path are separated by ``/``."""
        return Folder(self.native.get_folder_by_name(name))

    def create_folder(self, name, role=Role.NONE, content=Content.MAIL):
        """Makes a folder of this name, a path with ``/``; it may lie elsewhere where the server wants that."""
        path = self.native.get_folder_by_name(name).get_path()
        return Folder(self.native.create_folder(path, role, content, None))

    def send(self, message):
        """Sends a message to those whom it names, and keeps a copy among the sent ones: bytes, an open binary file, or
        a path."""
        self.native.send(_source(message, Flags.NONE, (), None), None, None)

    def metadata(self, *names):
        """Notes about the account by their names, as bytes; all when none is named."""
        return _read_metadata(self.native, names)

    def set_metadata(self, name, value):
        """Notes a text or bytes about the account; None takes the note away."""
        _write_metadata(self.native, name, value)

    def watch(self, *folders):
        """Gives ``Changes`` for ever, as they happen in these folders (none: in all)."""
        watch = self.native.watch([folder.native for folder in folders] or None)
        try:
            while True:
                event = watch.next(None)
                yield Changes(Folder(event.get_folder()), event.get_changes())
        finally:
            watch.stop()


def open(uri, password=None, token_source=None, ask=None, settings=None):  # pylint: disable=redefined-builtin
    """The account of a URI; ``with`` connects it.

    Sign in with a ``password``, with tokens of ``token_source`` (an ``OAuth2``, a ``Taube.TokenSource``, or a function
    that gives a token for a host), or with what the function ``ask`` answers to each ``Taube.Question``. ``settings``
    maps names such as ``"ca-file"`` to text.
    """
    native_settings = Taube.Settings.new()
    for name, value in (settings or {}).items():
        native_settings.set(name, str(value))
    if password is not None:
        credentials = Taube.Credentials.new_password(password)
    elif token_source is not None:
        if callable(token_source):
            token_source = _FunctionTokenSource(token_source)
        credentials = Taube.Credentials.new_token_source(getattr(token_source, "native", token_source))
    elif ask is not None:
        credentials = Taube.Credentials.new_callback(lambda question, *_: ask(question))
    else:
        credentials = None
    return Account(Taube.Account.create_with_settings(uri, native_settings, credentials))


def backends():
    """The installed backends: name to ``Capabilities``."""
    return {b.get_name(): Capabilities(b.get_capabilities()) for b in Taube.Backend.list()}
