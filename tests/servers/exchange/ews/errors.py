# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Exchange refuses with: one exception, and the words that go with each code."""

WORDS = {
    "ErrorAccessDenied": "Access is denied. Check credentials and try again.",
    "ErrorAttachmentNestLevelLimitExceeded": "Attachments are nested too deeply.",
    "ErrorBatchProcessingStopped": "Processing of this batch was stopped after an error.",
    "ErrorCannotDeleteObject": "The object cannot be deleted.",
    "ErrorCannotUseFolderIdForItemId": "The Id is a folder's, and not an item's.",
    "ErrorCannotUseItemIdForFolderId": "The Id is an item's, and not a folder's.",
    "ErrorChangeKeyRequiredForWriteOperations": "The change key is required for this operation.",
    "ErrorCannotCreateCalendarItemInNonCalendarFolder": "Calendar items can only be created in calendar folders.",
    "ErrorCannotCreateContactInNonContactFolder": "Contacts can only be created in contact folders.",
    "ErrorCannotCreateTaskInNonTaskFolder": "Tasks can only be created in task folders.",
    "ErrorContainsFilterWrongType": "The Contains filter can only be used for string properties.",
    "ErrorDeleteDistinguishedFolder": "Distinguished folders cannot be deleted.",
    "ErrorMoveDistinguishedFolder": "Distinguished folders cannot be moved.",
    "ErrorExpiredSubscription": "The subscription has expired.",
    "ErrorFolderExists": "A folder with the specified name already exists.",
    "ErrorFolderNotFound": "The specified folder could not be found in the store.",
    "ErrorInternalServerError": "An internal server error occurred. The operation failed.",
    "ErrorInvalidArgument": "The argument is not valid.",
    "ErrorInvalidAttachmentId": "The attachment Id is invalid.",
    "ErrorInvalidChangeKey": "The change key is invalid.",
    "ErrorInvalidExtendedProperty": "The extended property attribute combination is invalid.",
    "ErrorInvalidFolderId": "The folder Id is invalid.",
    "ErrorInvalidId": "The Id is invalid.",
    "ErrorInvalidIdMalformed": "Id is malformed.",
    "ErrorInvalidIndexedPagingParameters": "Indexed paging parameters are invalid.",
    "ErrorInvalidFractionalPagingParameters": "Fractional paging parameters are invalid.",
    "ErrorInvalidItemForOperationSendItem": "Only messages can be sent.",
    "ErrorInvalidOperation": "The operation is not valid here.",
    "ErrorInvalidPropertyAppend": "The property cannot be appended to.",
    "ErrorInvalidPropertyDelete": "The property cannot be deleted.",
    "ErrorInvalidPropertyForExists": "The property cannot be tested for being there.",
    "ErrorInvalidPropertyUpdateSentMessage": "The property of a message that was sent cannot be updated.",
    "ErrorInvalidReferenceItem": "The item cannot be answered.",
    "ErrorInvalidScheduledOofDuration": "The end of the duration is missing or not after its start.",
    "ErrorInvalidSendItemSaveSettings": "A folder for the message was named, but it is not to be saved.",
    "ErrorInvalidValueForProperty": "The value is none that the property can have.",
    "ErrorInvalidPropertyRequest": "The property can not be asked for here.",
    "ErrorInvalidPropertySet": "Set action is invalid for the property.",
    "ErrorInvalidRecipients": "At least one recipient isn't valid.",
    "ErrorInvalidRequest": "The request is invalid.",
    "ErrorInvalidSubscription": "The subscription Id is invalid.",
    "ErrorInvalidSyncStateData": "The sync state data is invalid.",
    "ErrorInvalidServerVersion": "The specified server version is invalid.",
    "ErrorInvalidWatermark": "The watermark is invalid.",
    "ErrorIrresolvableConflict": "The send or update operation could not be performed because the change key passed in "
                                 "the request does not match the current change key for the item.",
    "ErrorItemNotFound": "The specified object was not found in the store.",
    "ErrorItemSavePropertyError": "The item could not be saved: a property is not valid.",
    "ErrorMailboxMoveInProgress": "Mailbox move in progress. Try again later.",
    "ErrorMailRecipientNotFound": "Mailbox or recipient was not found.",
    "ErrorMessageDispositionRequired": "Message disposition is required for a message.",
    "ErrorMimeContentInvalid": "Mime content is invalid.",
    "ErrorMimeContentInvalidBase64String": "The mime content is not valid base64.",
    "ErrorMoveCopyFailed": "The move or copy operation failed.",
    "ErrorMissedNotificationEvents": "Events were missed: make a new subscription.",
    "ErrorNameResolutionNoResults": "No results were found.",
    "ErrorNameResolutionMultipleResults": "Multiple results were found.",
    "ErrorNonExistentMailbox": "The SMTP address has no mailbox associated with it.",
    "ErrorImpersonateUserDenied": "The account does not have permission to impersonate the requested user.",
    "ErrorObjectTypeChanged": "The type of the object does not fit the change.",
    "ErrorParentFolderNotFound": "The parent folder could not be found.",
    "ErrorSendMeetingCancellationsRequired": "SendMeetingCancellations is required for a calendar item.",
    "ErrorSendMeetingInvitationsRequired": "SendMeetingInvitations is required for a calendar item.",
    "ErrorSendMeetingInvitationsOrCancellationsRequired":
        "SendMeetingInvitationsOrCancellations is required for a calendar item.",
    "ErrorAffectedTaskOccurrencesRequired": "AffectedTaskOccurrences is required for a task.",
    "ErrorServerBusy": "The server cannot service this request right now. Try again later.",
    "ErrorExceededFindCountLimit": "You have exceeded the maximum number of objects that can be returned.",
    "ErrorExceededSubscriptionCount": "You have exceeded the available subscriptions for your account.",
    "ErrorSubscriptionNotFound": "The subscription was not found.",
    "ErrorUnsupportedPathForQuery": "The property can not be used with this type of restriction.",
    "ErrorUnsupportedPathForSortGroup": "The property path cannot be sorted by.",
    "ErrorUnsupportedTypeForConversion": "The type cannot be converted.",
    "ErrorUpdatePropertyMismatch": "The property is not the one of the path, or is missing.",
    "ErrorIncorrectUpdatePropertyCount": "An update must set exactly one property.",
}


class EwsError(Exception):
    """A request, or one item of it, is refused with a response code."""

    def __init__(self, code, words=None, details=()):
        super().__init__(code)
        self.code = code
        self.words = words or WORDS.get(code, "The request failed.")
        self.details = list(details)  # elements of MessageXml
        self.response_class = "Warning" if code == "ErrorBatchProcessingStopped" else "Error"

    def with_path(self, path):
        """The same, naming the property's path as Exchange does."""
        self.details = [path]
        return self
