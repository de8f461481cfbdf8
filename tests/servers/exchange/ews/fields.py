# SPDX-License-Identifier: LGPL-2.1-or-later
"""The properties of each class of items and folders in the order of the schema, and which of them are what."""

ITEM = """MimeContent ItemId ParentFolderId ItemClass Subject Sensitivity Body Attachments DateTimeReceived Size
Categories Importance InReplyTo IsSubmitted IsDraft IsFromMe IsResend IsUnmodified InternetMessageHeaders DateTimeSent
DateTimeCreated ResponseObjects ReminderDueBy ReminderIsSet ReminderNextTime ReminderMinutesBeforeStart DisplayCc
DisplayTo DisplayBcc HasAttachments ExtendedProperty Culture EffectiveRights LastModifiedName LastModifiedTime
IsAssociated WebClientReadFormQueryString WebClientEditFormQueryString ConversationId UniqueBody Flag StoreEntryId
InstanceKey NormalizedBody EntityExtractionResult PolicyTag ArchiveTag RetentionDate Preview
RightsManagementLicenseData PredictedActionReasons IsClutter BlockStatus HasBlockedImages TextBody IconIndex SearchKey
SortKey Hashtags Mentions MentionedMe MentionsPreview CanDelete InferenceClassification""".split()
MESSAGE = """Sender ToRecipients CcRecipients BccRecipients IsReadReceiptRequested IsDeliveryReceiptRequested
ConversationIndex ConversationTopic From InternetMessageId IsRead IsResponseRequested References ReplyTo ReceivedBy
ReceivedRepresenting ApprovalRequestData VotingInformation ReminderMessageData MessageSafety""".split()
POST = """ConversationIndex ConversationTopic From InternetMessageId IsRead PostedTime References Sender""".split()
CONTACT = """FileAs FileAsMapping DisplayName GivenName Initials MiddleName Nickname CompleteName CompanyName
EmailAddresses PhysicalAddresses PhoneNumbers AssistantName Birthday BusinessHomePage Children Companies ContactSource
Department Generation ImAddresses JobTitle Manager Mileage OfficeLocation PostalAddressIndex Profession SpouseName
Surname WeddingAnniversary HasPicture PhoneticFullName PhoneticFirstName PhoneticLastName Alias Notes Photo
UserSMIMECertificate MSExchangeCertificate DirectoryId ManagerMailbox DirectReports""".split()
LIST = "DisplayName FileAs ContactSource Members".split()
CALENDAR = """UID RecurrenceId DateTimeStamp Start End OriginalStart IsAllDayEvent LegacyFreeBusyStatus Location When
IsMeeting IsCancelled IsRecurring MeetingRequestWasSent IsResponseRequested CalendarItemType MyResponseType Organizer
RequiredAttendees OptionalAttendees Resources ConflictingMeetingCount AdjacentMeetingCount ConflictingMeetings
AdjacentMeetings Duration TimeZone AppointmentReplyTime AppointmentSequenceNumber AppointmentState Recurrence
FirstOccurrence LastOccurrence ModifiedOccurrences DeletedOccurrences MeetingTimeZone StartTimeZone EndTimeZone
ConferenceType AllowNewTimeProposal IsOnlineMeeting MeetingWorkspaceUrl NetShowUrl EnhancedLocation StartWallClock
EndWallClock StartTimeZoneId EndTimeZoneId IntendedFreeBusyStatus JoinOnlineMeetingUrl IsOrganizer
DoNotForwardMeeting""".split()
TASK = """ActualWork AssignedTime BillingInformation ChangeCount Companies CompleteDate Contacts DelegationState
Delegator DueDate IsAssignmentEditable IsComplete IsRecurring IsTeamTask Mileage Owner PercentComplete Recurrence
StartDate Status StatusDescription TotalWork""".split()

FIELDS = {"Item": ITEM, "Message": ITEM + MESSAGE, "PostItem": ITEM + POST, "Contact": ITEM + CONTACT,
          "DistributionList": ITEM + LIST, "CalendarItem": ITEM + CALENDAR, "Task": ITEM + TASK}

FOLDER = """FolderId ParentFolderId FolderClass DisplayName TotalCount ChildFolderCount ExtendedProperty
ManagedFolderInformation EffectiveRights DistinguishedFolderId PolicyTag ArchiveTag""".split()
FOLDER_FIELDS = {
    "Folder": FOLDER + ["PermissionSet", "UnreadCount"],
    "CalendarFolder": FOLDER + ["SharingEffectiveRights", "PermissionSet"],
    "ContactsFolder": FOLDER + ["SharingEffectiveRights", "PermissionSet"],
    "TasksFolder": FOLDER + ["PermissionSet", "UnreadCount"],
    "SearchFolder": FOLDER + ["PermissionSet", "UnreadCount", "SearchParameters"],
}
# Which kind of folder a class makes.
FOLDER_KINDS = {"IPF.Appointment": "CalendarFolder", "IPF.Contact": "ContactsFolder", "IPF.Task": "TasksFolder"}
CLASS_OF_KIND = {kind: name for name, kind in FOLDER_KINDS.items()} | {"Folder": "IPF.Note", "SearchFolder": "IPF.Note"}

# The classes that a path's prefix speaks of; "item" is for all.
PREFIXES = {"message": {"Message", "PostItem"}, "postitem": {"PostItem"}, "contacts": {"Contact", "DistributionList"},
            "distributionlist": {"DistributionList"}, "calendar": {"CalendarItem"}, "task": {"Task"},
            "meeting": set(), "meetingRequest": set(), "conversation": set(), "persona": set(), "person": set()}

ITEM_CLASSES = {"Message": "IPM.Note", "Item": "IPM.Note", "PostItem": "IPM.Post", "Contact": "IPM.Contact",
                "DistributionList": "IPM.DistList", "CalendarItem": "IPM.Appointment", "Task": "IPM.Task"}

DATES = set("""DateTimeReceived DateTimeSent DateTimeCreated ReminderDueBy ReminderNextTime LastModifiedTime
RetentionDate PostedTime Birthday WeddingAnniversary RecurrenceId DateTimeStamp Start End OriginalStart
AppointmentReplyTime StartWallClock EndWallClock AssignedTime CompleteDate DueDate StartDate""".split())
NUMBERS = set("""Size ReminderMinutesBeforeStart ActualWork ChangeCount PercentComplete TotalWork ConferenceType
AppointmentSequenceNumber AppointmentState ConflictingMeetingCount AdjacentMeetingCount IsAssignmentEditable
TotalCount ChildFolderCount UnreadCount""".split())
TRUTHS = {"HasAttachments", "ReminderIsSet", "HasPicture", "AllowNewTimeProposal", "MeetingRequestWasSent"}
# Kept as elements; all else is text.
STRUCTURED = set("""Body Categories Flag Sender ToRecipients CcRecipients BccRecipients From ReplyTo ReceivedBy
ReceivedRepresenting EmailAddresses PhysicalAddresses PhoneNumbers ImAddresses Children Companies Contacts Members
CompleteName UserSMIMECertificate MSExchangeCertificate Organizer RequiredAttendees OptionalAttendees Resources
Recurrence MeetingTimeZone StartTimeZone EndTimeZone EnhancedLocation InternetMessageHeaders VotingInformation
PolicyTag ArchiveTag""".split())

READ_ONLY = set("""ItemId ParentFolderId Size IsSubmitted IsFromMe IsResend IsUnmodified DateTimeCreated
ResponseObjects ReminderNextTime DisplayCc DisplayTo DisplayBcc HasAttachments EffectiveRights LastModifiedName
LastModifiedTime IsAssociated WebClientReadFormQueryString WebClientEditFormQueryString ConversationId UniqueBody
StoreEntryId InstanceKey NormalizedBody Preview TextBody ConversationIndex ConversationTopic ReceivedBy
ReceivedRepresenting CompleteName HasPicture When IsMeeting IsCancelled IsRecurring MeetingRequestWasSent
CalendarItemType Organizer ConflictingMeetingCount AdjacentMeetingCount Duration AppointmentReplyTime
AppointmentSequenceNumber AppointmentState FirstOccurrence LastOccurrence ModifiedOccurrences DeletedOccurrences
ChangeCount IsComplete IsTeamTask DelegationState Delegator IsAssignmentEditable""".split())
APPENDABLE = {"Body", "ToRecipients", "CcRecipients", "BccRecipients", "ReplyTo", "RequiredAttendees",
              "OptionalAttendees", "Resources"}

# Only GetItem gives these; asking FindItem for them is an error, SyncFolderItems leaves them out.
NOT_LISTED = set("""MimeContent Body UniqueBody NormalizedBody TextBody Attachments InternetMessageHeaders
ResponseObjects ToRecipients CcRecipients BccRecipients ReplyTo RequiredAttendees OptionalAttendees Resources Members
Photo Recurrence ModifiedOccurrences DeletedOccurrences FirstOccurrence LastOccurrence""".split())

# Never in a base shape; they come only when asked for by name.
ONLY_ASKED = set("""MimeContent StoreEntryId InstanceKey SearchKey NormalizedBody TextBody UniqueBody PolicyTag
ArchiveTag RetentionDate Preview IconIndex DisplayBcc Photo""".split())

DEFAULT = {
    "Item": "ItemId Subject Sensitivity Body Size DateTimeSent DateTimeCreated ResponseObjects HasAttachments",
    "Message": "ItemId Subject Sensitivity Body Attachments Size DateTimeSent DateTimeCreated ResponseObjects "
               "HasAttachments IsAssociated ToRecipients CcRecipients BccRecipients IsReadReceiptRequested From IsRead "
               "InternetMessageId IsResponseRequested ReplyTo",
    "PostItem": "ItemId Subject Body Attachments Size DateTimeSent HasAttachments From IsRead",
    "Contact": "ItemId Subject HasAttachments Attachments FileAs FileAsMapping DisplayName GivenName Initials "
               "MiddleName Nickname CompleteName CompanyName EmailAddresses PhysicalAddresses PhoneNumbers "
               "BusinessHomePage ImAddresses JobTitle Surname Birthday Department",
    "DistributionList": "ItemId Subject HasAttachments DisplayName FileAs Members",
    "CalendarItem": "ItemId Subject Attachments ResponseObjects HasAttachments IsAssociated Start End "
                    "LegacyFreeBusyStatus Location CalendarItemType Organizer RequiredAttendees OptionalAttendees "
                    "Resources",
    "Task": "ItemId Subject HasAttachments Attachments DueDate PercentComplete StartDate Status",
}
DEFAULT = {name: frozenset(words.split()) for name, words in DEFAULT.items()}
FOLDER_DEFAULT = frozenset("FolderId DisplayName TotalCount ChildFolderCount UnreadCount".split())
FOLDER_ONLY_ASKED = frozenset({"PolicyTag", "ArchiveTag"})

# Which version of the schema brought a property; older clients do not get it.
SINCE = {"Exchange2010": "ConversationId UniqueBody StartTimeZone EndTimeZone IsAssociated",
         "Exchange2010_SP2": "StoreEntryId",
         "Exchange2013": "Flag InstanceKey NormalizedBody EntityExtractionResult PolicyTag ArchiveTag RetentionDate "
                         "Preview RightsManagementLicenseData PredictedActionReasons IsClutter BlockStatus "
                         "HasBlockedImages TextBody IconIndex ReminderMessageData EnhancedLocation StartWallClock "
                         "EndWallClock StartTimeZoneId EndTimeZoneId JoinOnlineMeetingUrl DistinguishedFolderId "
                         "ReminderNextTime",
         "Exchange2016": "SearchKey SortKey Hashtags Mentions MentionedMe MentionsPreview IsOrganizer CanDelete "
                         "InferenceClassification DoNotForwardMeeting"}
SINCE = {name: version for version, names in SINCE.items() for name in names.split()}

# Parts of a dictionary that can be asked for one by one: path, element.
INDEXED = {"contacts:EmailAddress": "EmailAddresses", "contacts:PhoneNumber": "PhoneNumbers",
           "contacts:ImAddress": "ImAddresses", "contacts:PhysicalAddress": "PhysicalAddresses",
           "item:InternetMessageHeader": "InternetMessageHeaders"}


def is_truth(name):
    """Whether a property is an xs:boolean."""
    return name in TRUTHS or name.startswith("Is")


def name_of(uri):
    """The element that a path speaks of."""
    return uri.partition(":")[2]


def applies(uri, item_kind):
    """Whether a path speaks of this class of items."""
    prefix, _, name = uri.partition(":")
    return (prefix == "item" or item_kind in PREFIXES.get(prefix, ())) and name in FIELDS[item_kind]
