/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/**
 * TaubeCapability:
 * @TAUBE_CAPABILITY_RETRIEVAL: mail can be retrieved
 * @TAUBE_CAPABILITY_MAIL_SYNC: mail is synchronised: what one device changes the others see
 * @TAUBE_CAPABILITY_KEEPS_ON_SERVER: mail stays on the server after retrieval
 * @TAUBE_CAPABILITY_CONTACTS_SYNC: contacts are synchronised
 * @TAUBE_CAPABILITY_CALENDAR_SYNC: the calendar is synchronised
 * @TAUBE_CAPABILITY_MULTI_DEVICE: the mailbox can be used from several devices
 * @TAUBE_CAPABILITY_FOLDERS: there are folders beside the inbox
 * @TAUBE_CAPABILITY_SERVER_FLAGS: flags such as "seen" are kept on the server
 * @TAUBE_CAPABILITY_SERVER_SEARCH: the server searches
 * @TAUBE_CAPABILITY_SERVER_SORT: the server sorts
 * @TAUBE_CAPABILITY_SERVER_THREAD: the server builds threads
 * @TAUBE_CAPABILITY_PUSH: the server tells of changes without being asked
 * @TAUBE_CAPABILITY_SENDING: mail can be sent over the same account
 * @TAUBE_CAPABILITY_SHARING: folders can be shared by permissions
 * @TAUBE_CAPABILITY_DELEGATION: other people can act on the owner's behalf
 * @TAUBE_CAPABILITY_QUOTA: limits of storage and their use can be asked for
 * @TAUBE_CAPABILITY_PARTIAL_FETCH: a range of bytes of a message can be fetched
 * @TAUBE_CAPABILITY_ATTACHMENTS_ON_DEMAND: one part can be fetched without the others
 * @TAUBE_CAPABILITY_OUT_OF_OFFICE: automatic replies can be read and set
 * @TAUBE_CAPABILITY_FREE_BUSY: the times at which others are free or busy can be asked for
 *
 * The rows of the comparison table, in its order.
 */
typedef enum /*< enum,prefix=TAUBE_CAPABILITY >*/
{
  TAUBE_CAPABILITY_RETRIEVAL,
  TAUBE_CAPABILITY_MAIL_SYNC,
  TAUBE_CAPABILITY_KEEPS_ON_SERVER,
  TAUBE_CAPABILITY_CONTACTS_SYNC,
  TAUBE_CAPABILITY_CALENDAR_SYNC,
  TAUBE_CAPABILITY_MULTI_DEVICE,
  TAUBE_CAPABILITY_FOLDERS,
  TAUBE_CAPABILITY_SERVER_FLAGS,
  TAUBE_CAPABILITY_SERVER_SEARCH,
  TAUBE_CAPABILITY_SERVER_SORT,
  TAUBE_CAPABILITY_SERVER_THREAD,
  TAUBE_CAPABILITY_PUSH,
  TAUBE_CAPABILITY_SENDING,
  TAUBE_CAPABILITY_SHARING,
  TAUBE_CAPABILITY_DELEGATION,
  TAUBE_CAPABILITY_QUOTA,
  TAUBE_CAPABILITY_PARTIAL_FETCH,
  TAUBE_CAPABILITY_ATTACHMENTS_ON_DEMAND,
  TAUBE_CAPABILITY_OUT_OF_OFFICE,
  TAUBE_CAPABILITY_FREE_BUSY,
} TaubeCapability;

/**
 * TAUBE_N_CAPABILITIES:
 *
 * How many rows the comparison table has.
 */
#define TAUBE_N_CAPABILITIES 20

/**
 * TaubeSupport:
 * @TAUBE_SUPPORT_NO: it can not
 * @TAUBE_SUPPORT_YES: it can
 * @TAUBE_SUPPORT_CONDITIONAL: it depends; the reason says on what
 *
 * A cell of the comparison table.
 */
typedef enum /*< enum,prefix=TAUBE_SUPPORT >*/
{
  TAUBE_SUPPORT_NO,
  TAUBE_SUPPORT_YES,
  TAUBE_SUPPORT_CONDITIONAL,
} TaubeSupport;

/**
 * TaubeCapabilityLevel:
 * @TAUBE_CAPABILITY_LEVEL_PROTOCOL: what the protocol can do
 * @TAUBE_CAPABILITY_LEVEL_MODULE: what this backend module implements
 * @TAUBE_CAPABILITY_LEVEL_LIVE: what this server, login and account settings give right now
 *
 * How near to the wire an answer is.
 */
typedef enum /*< enum,prefix=TAUBE_CAPABILITY_LEVEL >*/
{
  TAUBE_CAPABILITY_LEVEL_PROTOCOL,
  TAUBE_CAPABILITY_LEVEL_MODULE,
  TAUBE_CAPABILITY_LEVEL_LIVE,
} TaubeCapabilityLevel;

/**
 * TaubeAccountState:
 * @TAUBE_ACCOUNT_STATE_DISCONNECTED: no connection
 * @TAUBE_ACCOUNT_STATE_CONNECTING: the first connection is being made
 * @TAUBE_ACCOUNT_STATE_CONNECTED: at least one connection is signed in, or will be made again at the next use
 *
 * Where an account stands.
 */
typedef enum /*< enum,prefix=TAUBE_ACCOUNT_STATE >*/
{
  TAUBE_ACCOUNT_STATE_DISCONNECTED,
  TAUBE_ACCOUNT_STATE_CONNECTING,
  TAUBE_ACCOUNT_STATE_CONNECTED,
} TaubeAccountState;

/**
 * TaubeContent:
 * @TAUBE_CONTENT_MAIL: messages
 * @TAUBE_CONTENT_CONTACTS: contacts
 * @TAUBE_CONTENT_CALENDAR: events
 * @TAUBE_CONTENT_TASKS: tasks
 * @TAUBE_CONTENT_ANY: whatever there is; only in questions
 *
 * What a folder holds.
 */
typedef enum /*< enum,prefix=TAUBE_CONTENT >*/
{
  TAUBE_CONTENT_MAIL,
  TAUBE_CONTENT_CONTACTS,
  TAUBE_CONTENT_CALENDAR,
  TAUBE_CONTENT_TASKS,
  TAUBE_CONTENT_ANY,
} TaubeContent;

/**
 * TaubeFolderRole:
 * @TAUBE_FOLDER_ROLE_NONE: an ordinary folder
 * @TAUBE_FOLDER_ROLE_INBOX: where new mail arrives
 * @TAUBE_FOLDER_ROLE_DRAFTS: messages being written
 * @TAUBE_FOLDER_ROLE_SENT: messages that were sent
 * @TAUBE_FOLDER_ROLE_TRASH: messages that were thrown away
 * @TAUBE_FOLDER_ROLE_JUNK: unwanted messages
 * @TAUBE_FOLDER_ROLE_ARCHIVE: messages put aside
 * @TAUBE_FOLDER_ROLE_ALL: a view of all messages
 * @TAUBE_FOLDER_ROLE_FLAGGED: a view of the flagged messages
 * @TAUBE_FOLDER_ROLE_IMPORTANT: a view of the important messages (RFC 8457)
 * @TAUBE_FOLDER_ROLE_CONTACTS: the account's own contacts
 * @TAUBE_FOLDER_ROLE_CALENDAR: the account's own calendar
 * @TAUBE_FOLDER_ROLE_TASKS: the account's own tasks
 *
 * What a folder is for (RFC 6154 for mail).
 */
typedef enum /*< enum,prefix=TAUBE_FOLDER_ROLE >*/
{
  TAUBE_FOLDER_ROLE_NONE,
  TAUBE_FOLDER_ROLE_INBOX,
  TAUBE_FOLDER_ROLE_DRAFTS,
  TAUBE_FOLDER_ROLE_SENT,
  TAUBE_FOLDER_ROLE_TRASH,
  TAUBE_FOLDER_ROLE_JUNK,
  TAUBE_FOLDER_ROLE_ARCHIVE,
  TAUBE_FOLDER_ROLE_ALL,
  TAUBE_FOLDER_ROLE_FLAGGED,
  TAUBE_FOLDER_ROLE_IMPORTANT,
  TAUBE_FOLDER_ROLE_CONTACTS,
  TAUBE_FOLDER_ROLE_CALENDAR,
  TAUBE_FOLDER_ROLE_TASKS,
} TaubeFolderRole;

/**
 * TaubeFolderFlags:
 * @TAUBE_FOLDER_FLAGS_NONE: nothing of the kind
 * @TAUBE_FOLDER_FLAGS_SELECTABLE: the folder can hold items (it is not only a step of a path)
 * @TAUBE_FOLDER_FLAGS_HAS_CHILDREN: there are folders below it
 * @TAUBE_FOLDER_FLAGS_NO_CHILDREN: there is none below it, as the server says
 * @TAUBE_FOLDER_FLAGS_NO_INFERIORS: none can be made below it
 * @TAUBE_FOLDER_FLAGS_SUBSCRIBED: the user wants to see it
 * @TAUBE_FOLDER_FLAGS_READ_ONLY: nothing in it can be changed by this login
 * @TAUBE_FOLDER_FLAGS_GONE: it was deleted or renamed through this account: its path leads nowhere, until a folder is
 *   made there again
 *
 * Facts about a folder.
 */
typedef enum /*< flags,prefix=TAUBE_FOLDER_FLAGS >*/
{
  TAUBE_FOLDER_FLAGS_NONE = 0,
  TAUBE_FOLDER_FLAGS_SELECTABLE = 1 << 0,
  TAUBE_FOLDER_FLAGS_HAS_CHILDREN = 1 << 1,
  TAUBE_FOLDER_FLAGS_NO_CHILDREN = 1 << 2,
  TAUBE_FOLDER_FLAGS_NO_INFERIORS = 1 << 3,
  TAUBE_FOLDER_FLAGS_SUBSCRIBED = 1 << 4,
  TAUBE_FOLDER_FLAGS_READ_ONLY = 1 << 5,
  TAUBE_FOLDER_FLAGS_GONE = 1 << 6,
} TaubeFolderFlags;

/**
 * TaubeNamespace:
 * @TAUBE_NAMESPACE_PERSONAL: the account's own
 * @TAUBE_NAMESPACE_OTHER_USERS: of another person, who shares it; see [method@Folder.get_owner]
 * @TAUBE_NAMESPACE_SHARED: of nobody, shared by many
 *
 * Whose a folder is (RFC 2342).
 */
typedef enum /*< enum,prefix=TAUBE_NAMESPACE >*/
{
  TAUBE_NAMESPACE_PERSONAL,
  TAUBE_NAMESPACE_OTHER_USERS,
  TAUBE_NAMESPACE_SHARED,
} TaubeNamespace;

/**
 * TaubeRights:
 * @TAUBE_RIGHTS_NONE: no right
 * @TAUBE_RIGHTS_LOOKUP: see that there is such a folder (`l`)
 * @TAUBE_RIGHTS_READ: open it and read (`r`)
 * @TAUBE_RIGHTS_SEEN: keep for oneself which messages were read (`s`)
 * @TAUBE_RIGHTS_WRITE: change flags and keywords other than "seen" and "deleted" (`w`)
 * @TAUBE_RIGHTS_INSERT: put messages into it (`i`)
 * @TAUBE_RIGHTS_POST: send mail to the folder's own address (`p`)
 * @TAUBE_RIGHTS_CREATE_FOLDERS: make folders below it (`k`)
 * @TAUBE_RIGHTS_DELETE_FOLDER: delete and rename the folder itself (`x`)
 * @TAUBE_RIGHTS_DELETE: mark messages for removal (`t`)
 * @TAUBE_RIGHTS_EXPUNGE: remove messages that are marked so (`e`)
 * @TAUBE_RIGHTS_ADMIN: give rights to others (`a`)
 * @TAUBE_RIGHTS_ANNOTATE: change shared notes on messages (`n`)
 * @TAUBE_RIGHTS_ALL: all of these
 *
 * What somebody may do with a folder, in the terms of RFC 4314; the letter is that of the RFC.
 */
typedef enum /*< flags,prefix=TAUBE_RIGHTS >*/
{
  TAUBE_RIGHTS_NONE = 0,
  TAUBE_RIGHTS_LOOKUP = 1 << 0,
  TAUBE_RIGHTS_READ = 1 << 1,
  TAUBE_RIGHTS_SEEN = 1 << 2,
  TAUBE_RIGHTS_WRITE = 1 << 3,
  TAUBE_RIGHTS_INSERT = 1 << 4,
  TAUBE_RIGHTS_POST = 1 << 5,
  TAUBE_RIGHTS_CREATE_FOLDERS = 1 << 6,
  TAUBE_RIGHTS_DELETE_FOLDER = 1 << 7,
  TAUBE_RIGHTS_DELETE = 1 << 8,
  TAUBE_RIGHTS_EXPUNGE = 1 << 9,
  TAUBE_RIGHTS_ADMIN = 1 << 10,
  TAUBE_RIGHTS_ANNOTATE = 1 << 11,
  TAUBE_RIGHTS_ALL = 0xfff,
} TaubeRights;

/**
 * TaubeMessageFlags:
 * @TAUBE_MESSAGE_FLAGS_NONE: no flag
 * @TAUBE_MESSAGE_FLAGS_SEEN: it was read
 * @TAUBE_MESSAGE_FLAGS_ANSWERED: it was answered
 * @TAUBE_MESSAGE_FLAGS_FLAGGED: it wants attention
 * @TAUBE_MESSAGE_FLAGS_DELETED: it is marked for removal
 * @TAUBE_MESSAGE_FLAGS_DRAFT: it is not finished
 * @TAUBE_MESSAGE_FLAGS_RECENT: it came since the folder was last opened (RFC 3501; read only)
 * @TAUBE_MESSAGE_FLAGS_FORWARDED: it was forwarded (the keyword `$Forwarded`)
 *
 * The system flags of a message; other keywords are strings.
 */
typedef enum /*< flags,prefix=TAUBE_MESSAGE_FLAGS >*/
{
  TAUBE_MESSAGE_FLAGS_NONE = 0,
  TAUBE_MESSAGE_FLAGS_SEEN = 1 << 0,
  TAUBE_MESSAGE_FLAGS_ANSWERED = 1 << 1,
  TAUBE_MESSAGE_FLAGS_FLAGGED = 1 << 2,
  TAUBE_MESSAGE_FLAGS_DELETED = 1 << 3,
  TAUBE_MESSAGE_FLAGS_DRAFT = 1 << 4,
  TAUBE_MESSAGE_FLAGS_RECENT = 1 << 5,
  TAUBE_MESSAGE_FLAGS_FORWARDED = 1 << 6,
} TaubeMessageFlags;

/**
 * TaubeFlagsMode:
 * @TAUBE_FLAGS_MODE_ADD: set the given flags, leave the others
 * @TAUBE_FLAGS_MODE_REMOVE: take the given flags away, leave the others
 * @TAUBE_FLAGS_MODE_REPLACE: the given flags and no others
 *
 * What to do with flags.
 */
typedef enum /*< enum,prefix=TAUBE_FLAGS_MODE >*/
{
  TAUBE_FLAGS_MODE_ADD,
  TAUBE_FLAGS_MODE_REMOVE,
  TAUBE_FLAGS_MODE_REPLACE,
} TaubeFlagsMode;

/**
 * TaubeImportance:
 * @TAUBE_IMPORTANCE_UNKNOWN: nobody asked, or it cannot be told
 * @TAUBE_IMPORTANCE_LOW: it can wait
 * @TAUBE_IMPORTANCE_NORMAL: its sender said nothing else
 * @TAUBE_IMPORTANCE_HIGH: it is urgent
 *
 * How important a message is, as its sender says, or whoever changed that since (RFC 2156).
 */
typedef enum /*< enum,prefix=TAUBE_IMPORTANCE >*/
{
  TAUBE_IMPORTANCE_UNKNOWN,
  TAUBE_IMPORTANCE_LOW,
  TAUBE_IMPORTANCE_NORMAL,
  TAUBE_IMPORTANCE_HIGH,
} TaubeImportance;

/**
 * TaubeDiscardMode:
 * @TAUBE_DISCARD_MODE_TO_TRASH: they go to the folder with the role `trash`
 * @TAUBE_DISCARD_MODE_RECOVERABLE: they are in no folder any more, but the server keeps them for a while out of sight
 * @TAUBE_DISCARD_MODE_FOR_GOOD: they are gone
 *
 * How items are thrown away.
 */
typedef enum /*< enum,prefix=TAUBE_DISCARD_MODE >*/
{
  TAUBE_DISCARD_MODE_TO_TRASH,
  TAUBE_DISCARD_MODE_RECOVERABLE,
  TAUBE_DISCARD_MODE_FOR_GOOD,
} TaubeDiscardMode;

/**
 * TaubeListFields:
 * @TAUBE_LIST_FIELDS_NONE: the ids alone
 * @TAUBE_LIST_FIELDS_FLAGS: flags and keywords
 * @TAUBE_LIST_FIELDS_SIZE: size in bytes
 * @TAUBE_LIST_FIELDS_DATE: the time of arrival on the server
 * @TAUBE_LIST_FIELDS_ENVELOPE: subject, sent date, addresses, message id, in-reply-to
 * @TAUBE_LIST_FIELDS_DEFAULT: all of these
 * @TAUBE_LIST_FIELDS_PREVIEW: the beginning of the text, where the server makes one
 * @TAUBE_LIST_FIELDS_OBJECT_IDS: the ids that a message keeps in whatever folder it is, and that its conversation has,
 *   where the server keeps such
 * @TAUBE_LIST_FIELDS_SAVE_DATE: when the message was put into this folder, where the server remembers it
 * @TAUBE_LIST_FIELDS_LABELS: the labels under which the message can be found, where the server has labels
 * @TAUBE_LIST_FIELDS_IMPORTANCE: how important it is; where the server keeps nothing of that, what the header says
 *
 * The columns of a list.
 */
typedef enum /*< flags,prefix=TAUBE_LIST_FIELDS >*/
{
  TAUBE_LIST_FIELDS_NONE = 0,
  TAUBE_LIST_FIELDS_FLAGS = 1 << 0,
  TAUBE_LIST_FIELDS_SIZE = 1 << 1,
  TAUBE_LIST_FIELDS_DATE = 1 << 2,
  TAUBE_LIST_FIELDS_ENVELOPE = 1 << 3,
  TAUBE_LIST_FIELDS_DEFAULT = 0xf,
  TAUBE_LIST_FIELDS_PREVIEW = 1 << 4,
  TAUBE_LIST_FIELDS_OBJECT_IDS = 1 << 5,
  TAUBE_LIST_FIELDS_SAVE_DATE = 1 << 6,
  TAUBE_LIST_FIELDS_LABELS = 1 << 7,
  TAUBE_LIST_FIELDS_IMPORTANCE = 1 << 8,
} TaubeListFields;

/**
 * TaubeViewSort:
 * @TAUBE_VIEW_SORT_DATE: when the message arrived, or else when it was sent
 * @TAUBE_VIEW_SORT_SENT_DATE: when it was sent, or else when it arrived
 * @TAUBE_VIEW_SORT_SIZE: how large it is
 * @TAUBE_VIEW_SORT_SUBJECT: what it is about, without `Re:` and the like, in the order of the user's language
 * @TAUBE_VIEW_SORT_SENDER: who wrote it, in the order of the user's language
 *
 * By what a [class@FolderView] is sorted.
 */
typedef enum /*< enum,prefix=TAUBE_VIEW_SORT >*/
{
  TAUBE_VIEW_SORT_DATE,
  TAUBE_VIEW_SORT_SENT_DATE,
  TAUBE_VIEW_SORT_SIZE,
  TAUBE_VIEW_SORT_SUBJECT,
  TAUBE_VIEW_SORT_SENDER,
} TaubeViewSort;

/**
 * TaubePriority:
 * @TAUBE_PRIORITY_INTERACTIVE: somebody waits for it
 * @TAUBE_PRIORITY_NORMAL: the usual
 * @TAUBE_PRIORITY_BACKGROUND: nobody waits for it
 *
 * Which job gets the next free connection.
 */
typedef enum /*< enum,prefix=TAUBE_PRIORITY >*/
{
  TAUBE_PRIORITY_INTERACTIVE,
  TAUBE_PRIORITY_NORMAL,
  TAUBE_PRIORITY_BACKGROUND,
} TaubePriority;

/**
 * TaubeOAuth2Flow:
 * @TAUBE_OAUTH2_FLOW_BROWSER: the user agrees in a browser on this machine (authorization code, RFC 6749, with PKCE,
 *   RFC 7636, and an address on this machine to come back to, RFC 8252)
 * @TAUBE_OAUTH2_FLOW_DEVICE: the user types a code into a browser anywhere (RFC 8628)
 *
 * How a user agrees that a program may use his mailbox.
 */
typedef enum /*< enum,prefix=TAUBE_OAUTH2_FLOW >*/
{
  TAUBE_OAUTH2_FLOW_BROWSER,
  TAUBE_OAUTH2_FLOW_DEVICE,
} TaubeOAuth2Flow;

/**
 * TaubeQuestionKind:
 * @TAUBE_QUESTION_KIND_PASSWORD: a password is wanted
 * @TAUBE_QUESTION_KIND_CERTIFICATE: a certificate that could not be verified is shown: trust it this time?
 * @TAUBE_QUESTION_KIND_HOST: something that nobody vouches for leads to another server: may it get what the user signs
 *   in with?
 *
 * What a [class@Question] asks.
 */
typedef enum /*< enum,prefix=TAUBE_QUESTION_KIND >*/
{
  TAUBE_QUESTION_KIND_PASSWORD,
  TAUBE_QUESTION_KIND_CERTIFICATE,
  TAUBE_QUESTION_KIND_HOST,
} TaubeQuestionKind;

/**
 * TaubeBatchStatus:
 * @TAUBE_BATCH_STATUS_DONE: it was done
 * @TAUBE_BATCH_STATUS_FAILED: it was not done; the error says why
 * @TAUBE_BATCH_STATUS_UNKNOWN: it may have been done: look before repeating it
 *
 * What became of one item of a bulk operation.
 */
typedef enum /*< enum,prefix=TAUBE_BATCH_STATUS >*/
{
  TAUBE_BATCH_STATUS_DONE,
  TAUBE_BATCH_STATUS_FAILED,
  TAUBE_BATCH_STATUS_UNKNOWN,
} TaubeBatchStatus;

/**
 * TaubeLeaveKind:
 * @TAUBE_LEAVE_KIND_FOREVER: it stays
 * @TAUBE_LEAVE_KIND_DAYS: it goes a number of days after it was first seen
 * @TAUBE_LEAVE_KIND_UNTIL_REMOVED: it goes when it was removed where it was stored
 * @TAUBE_LEAVE_KIND_NO: it goes as soon as it was stored
 *
 * How long mail stays on the server after it was retrieved. Whatever the kind, only what was confirmed as stored goes.
 */
typedef enum /*< enum,prefix=TAUBE_LEAVE_KIND >*/
{
  TAUBE_LEAVE_KIND_FOREVER,
  TAUBE_LEAVE_KIND_DAYS,
  TAUBE_LEAVE_KIND_UNTIL_REMOVED,
  TAUBE_LEAVE_KIND_NO,
} TaubeLeaveKind;

/**
 * TaubeJournalFlags:
 * @TAUBE_JOURNAL_FLAGS_NONE: nothing special
 * @TAUBE_JOURNAL_FLAGS_MOVED: the mailbox has moved to another server, or the server has given its messages other ids:
 *   what is found again by its headers goes on as it was, everything else is new
 *
 * How a journal is opened.
 */
typedef enum /*< flags,prefix=TAUBE_JOURNAL_FLAGS >*/
{
  TAUBE_JOURNAL_FLAGS_NONE = 0,
  TAUBE_JOURNAL_FLAGS_MOVED = 1 << 0,
} TaubeJournalFlags;

/**
 * TaubeQueryKind:
 * @TAUBE_QUERY_KIND_ALL: every item
 * @TAUBE_QUERY_KIND_AND: what all children match
 * @TAUBE_QUERY_KIND_OR: what one child at least matches
 * @TAUBE_QUERY_KIND_NOT: what the child does not match
 * @TAUBE_QUERY_KIND_FUZZY: what the child matches, or nearly so where the server can tell
 * @TAUBE_QUERY_KIND_TEXT: a text occurs in a field
 * @TAUBE_QUERY_KIND_HEADER: a text occurs in a field of the header; with an empty text: there is such a field
 * @TAUBE_QUERY_KIND_FLAGS: all of these flags are set
 * @TAUBE_QUERY_KIND_KEYWORD: a keyword is set
 * @TAUBE_QUERY_KIND_LARGER: it is larger than a number of bytes
 * @TAUBE_QUERY_KIND_SMALLER: it is smaller than a number of bytes
 * @TAUBE_QUERY_KIND_BEFORE: its date is before a day
 * @TAUBE_QUERY_KIND_ON: its date is on a day
 * @TAUBE_QUERY_KIND_SINCE: its date is on a day or later
 * @TAUBE_QUERY_KIND_OLDER: it arrived that many seconds ago or earlier
 * @TAUBE_QUERY_KIND_YOUNGER: it arrived within that many seconds
 * @TAUBE_QUERY_KIND_IDS: its id is one of these
 * @TAUBE_QUERY_KIND_ATTACHMENT: it has a part that is an attachment
 * @TAUBE_QUERY_KIND_RAW: what the server finds by a text in its own search language
 *
 * What a [struct@Query] asks.
 */
typedef enum /*< enum,prefix=TAUBE_QUERY_KIND >*/
{
  TAUBE_QUERY_KIND_ALL,
  TAUBE_QUERY_KIND_AND,
  TAUBE_QUERY_KIND_OR,
  TAUBE_QUERY_KIND_NOT,
  TAUBE_QUERY_KIND_FUZZY,
  TAUBE_QUERY_KIND_TEXT,
  TAUBE_QUERY_KIND_HEADER,
  TAUBE_QUERY_KIND_FLAGS,
  TAUBE_QUERY_KIND_KEYWORD,
  TAUBE_QUERY_KIND_LARGER,
  TAUBE_QUERY_KIND_SMALLER,
  TAUBE_QUERY_KIND_BEFORE,
  TAUBE_QUERY_KIND_ON,
  TAUBE_QUERY_KIND_SINCE,
  TAUBE_QUERY_KIND_OLDER,
  TAUBE_QUERY_KIND_YOUNGER,
  TAUBE_QUERY_KIND_IDS,
  TAUBE_QUERY_KIND_ATTACHMENT,
  TAUBE_QUERY_KIND_RAW,
} TaubeQueryKind;

/**
 * TaubeQueryField:
 * @TAUBE_QUERY_FIELD_FROM: who wrote it
 * @TAUBE_QUERY_FIELD_TO: to whom it goes
 * @TAUBE_QUERY_FIELD_CC: who gets a copy
 * @TAUBE_QUERY_FIELD_BCC: who gets a copy that others do not know of
 * @TAUBE_QUERY_FIELD_SUBJECT: the subject
 * @TAUBE_QUERY_FIELD_BODY: the texts of the message
 * @TAUBE_QUERY_FIELD_TEXT: the whole header and the texts
 *
 * Where the text of a [struct@Query] is looked for.
 */
typedef enum /*< enum,prefix=TAUBE_QUERY_FIELD >*/
{
  TAUBE_QUERY_FIELD_FROM,
  TAUBE_QUERY_FIELD_TO,
  TAUBE_QUERY_FIELD_CC,
  TAUBE_QUERY_FIELD_BCC,
  TAUBE_QUERY_FIELD_SUBJECT,
  TAUBE_QUERY_FIELD_BODY,
  TAUBE_QUERY_FIELD_TEXT,
} TaubeQueryField;

/**
 * TaubeQueryDate:
 * @TAUBE_QUERY_DATE_RECEIVED: the day on which it arrived, as the server wrote it
 * @TAUBE_QUERY_DATE_SENT: the day on which it was written, as its author wrote it
 *
 * Which date of an item a [struct@Query] looks at.
 */
typedef enum /*< enum,prefix=TAUBE_QUERY_DATE >*/
{
  TAUBE_QUERY_DATE_RECEIVED,
  TAUBE_QUERY_DATE_SENT,
} TaubeQueryDate;

/**
 * TaubeSortKey:
 * @TAUBE_SORT_KEY_ARRIVAL: when it arrived
 * @TAUBE_SORT_KEY_DATE: when it was written, or else when it arrived
 * @TAUBE_SORT_KEY_FROM: the address of its first author, up to the `@`
 * @TAUBE_SORT_KEY_TO: the address of the first recipient, up to the `@`
 * @TAUBE_SORT_KEY_CC: the address of the first who gets a copy, up to the `@`
 * @TAUBE_SORT_KEY_SUBJECT: the subject without "Re:" and the like
 * @TAUBE_SORT_KEY_SIZE: its size
 * @TAUBE_SORT_KEY_DISPLAY_FROM: the name of its first author, or else the address
 * @TAUBE_SORT_KEY_DISPLAY_TO: the name of the first recipient, or else the address
 *
 * By what search results are sorted (RFC 5256, RFC 5957).
 */
typedef enum /*< enum,prefix=TAUBE_SORT_KEY >*/
{
  TAUBE_SORT_KEY_ARRIVAL,
  TAUBE_SORT_KEY_DATE,
  TAUBE_SORT_KEY_FROM,
  TAUBE_SORT_KEY_TO,
  TAUBE_SORT_KEY_CC,
  TAUBE_SORT_KEY_SUBJECT,
  TAUBE_SORT_KEY_SIZE,
  TAUBE_SORT_KEY_DISPLAY_FROM,
  TAUBE_SORT_KEY_DISPLAY_TO,
} TaubeSortKey;

/**
 * TaubeThreading:
 * @TAUBE_THREADING_NONE: no threads
 * @TAUBE_THREADING_REFERENCES: by what each message refers to, and by subjects where that fails (RFC 5256)
 * @TAUBE_THREADING_REFS: by what each message refers to alone; the thread with the newest message comes last
 * @TAUBE_THREADING_ORDERED_SUBJECT: by subject alone (RFC 5256)
 *
 * How messages are put together to threads.
 */
typedef enum /*< enum,prefix=TAUBE_THREADING >*/
{
  TAUBE_THREADING_NONE,
  TAUBE_THREADING_REFERENCES,
  TAUBE_THREADING_REFS,
  TAUBE_THREADING_ORDERED_SUBJECT,
} TaubeThreading;

/**
 * TaubeSearchStep:
 * @TAUBE_SEARCH_STEP_FIND: finding what matches
 * @TAUBE_SEARCH_STEP_SORT: sorting it
 * @TAUBE_SEARCH_STEP_THREAD: making threads of it
 *
 * What is done in a search, one after the other.
 */
typedef enum /*< enum,prefix=TAUBE_SEARCH_STEP >*/
{
  TAUBE_SEARCH_STEP_FIND,
  TAUBE_SEARCH_STEP_SORT,
  TAUBE_SEARCH_STEP_THREAD,
} TaubeSearchStep;

/**
 * TaubeSearchPlace:
 * @TAUBE_SEARCH_PLACE_NOWHERE: it was not needed
 * @TAUBE_SEARCH_PLACE_SERVER: the server did it
 * @TAUBE_SEARCH_PLACE_PARTLY: the server did a part of it, the rest was done here
 * @TAUBE_SEARCH_PLACE_LOCAL: it was done here, from what the server tells of each message
 *
 * Where a step of a search was done.
 */
typedef enum /*< enum,prefix=TAUBE_SEARCH_PLACE >*/
{
  TAUBE_SEARCH_PLACE_NOWHERE,
  TAUBE_SEARCH_PLACE_SERVER,
  TAUBE_SEARCH_PLACE_PARTLY,
  TAUBE_SEARCH_PLACE_LOCAL,
} TaubeSearchPlace;

/**
 * TaubeCertificateProblems:
 * @TAUBE_CERTIFICATE_PROBLEMS_NONE: nothing is wrong
 * @TAUBE_CERTIFICATE_PROBLEMS_UNTRUSTED: no trusted authority signed it
 * @TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST: it is for another host
 * @TAUBE_CERTIFICATE_PROBLEMS_EXPIRED: its time is over
 * @TAUBE_CERTIFICATE_PROBLEMS_NOT_YET_VALID: its time has not come
 * @TAUBE_CERTIFICATE_PROBLEMS_REVOKED: it was taken back
 * @TAUBE_CERTIFICATE_PROBLEMS_WEAK: key or signature is too weak
 * @TAUBE_CERTIFICATE_PROBLEMS_PIN_MISMATCH: its key is not the pinned one
 * @TAUBE_CERTIFICATE_PROBLEMS_OTHER: something else
 *
 * What is wrong with a certificate.
 */
typedef enum /*< flags,prefix=TAUBE_CERTIFICATE_PROBLEMS >*/
{
  TAUBE_CERTIFICATE_PROBLEMS_NONE = 0,
  TAUBE_CERTIFICATE_PROBLEMS_UNTRUSTED = 1 << 0,
  TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST = 1 << 1,
  TAUBE_CERTIFICATE_PROBLEMS_EXPIRED = 1 << 2,
  TAUBE_CERTIFICATE_PROBLEMS_NOT_YET_VALID = 1 << 3,
  TAUBE_CERTIFICATE_PROBLEMS_REVOKED = 1 << 4,
  TAUBE_CERTIFICATE_PROBLEMS_WEAK = 1 << 5,
  TAUBE_CERTIFICATE_PROBLEMS_PIN_MISMATCH = 1 << 6,
  TAUBE_CERTIFICATE_PROBLEMS_OTHER = 1 << 7,
} TaubeCertificateProblems;

G_END_DECLS
