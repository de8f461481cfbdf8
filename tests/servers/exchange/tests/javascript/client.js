// SPDX-License-Identifier: LGPL-2.1-or-later
// ews-javascript-api, as it is, against the server: node client.js URL USER PASSWORD. Prints TAP.
'use strict';

const assert = require('assert');
const ews = require('ews-javascript-api');

const [url, user, password, specimenFile] = process.argv.slice(2);
const service = new ews.ExchangeService(ews.ExchangeVersion.Exchange2013_SP1);
service.Url = new ews.Uri(url);
service.Credentials = new ews.WebCredentials(user, password);

const { WellKnownFolderName, BasePropertySet, DeleteMode } = ews;
const inbox = new ews.FolderId(WellKnownFolderName.Inbox);
const shared = {};
const steps = [];
const step = (name, run) => steps.push([name, run]);

step('the inbox is bound', async () => {
  const folder = await ews.Folder.Bind(service, WellKnownFolderName.Inbox);
  assert.strictEqual(folder.DisplayName, 'Inbox');
  assert.strictEqual(folder.TotalCount, 20);
  assert.strictEqual(folder.UnreadCount, 4);
});

step('folders are found', async () => {
  const view = new ews.FolderView(100);
  view.Traversal = ews.FolderTraversal.Deep;
  const found = await service.FindFolders(WellKnownFolderName.MsgFolderRoot, view);
  const names = found.Folders.map((folder) => folder.DisplayName);
  for (const name of ['Inbox', 'Sent Items', 'Drafts', 'Calendar']) assert(names.includes(name), names.join());
});

step('items are found page by page', async () => {
  let offset = 0, more = true;
  const subjects = [];
  while (more) {
    const view = new ews.ItemView(7, offset);
    const found = await service.FindItems(WellKnownFolderName.Inbox, view);
    found.Items.forEach((item) => subjects.push(item.Subject));
    more = found.MoreAvailable;
    offset = found.NextPageOffset;
  }
  assert.strictEqual(subjects.length, 20);
});

step('a search filter finds the unread', async () => {
  const filter = new ews.SearchFilter.IsEqualTo(ews.EmailMessageSchema.IsRead, false);
  const found = await service.FindItems(WellKnownFolderName.Inbox, filter, new ews.ItemView(100));
  assert.strictEqual(found.TotalCount, 4);
});

step('a draft is saved and bound', async () => {
  const message = new ews.EmailMessage(service);
  message.Subject = 'Grüße';
  message.Body = new ews.MessageBody(ews.BodyType.Text, 'Schön');
  message.ToRecipients.Add('bob@example.org');
  message.Importance = ews.Importance.High;
  await message.Save(WellKnownFolderName.Drafts);
  shared.message = await ews.EmailMessage.Bind(service, message.Id);
  assert.strictEqual(shared.message.Subject, 'Grüße');
  assert.strictEqual(shared.message.IsDraft, true);
  assert.strictEqual(shared.message.ToRecipients.GetEnumerator()[0].Address, 'bob@example.org');
});

step('it is updated', async () => {
  shared.message.Subject = 'Changed';
  await shared.message.Update(ews.ConflictResolutionMode.AutoResolve);
  const again = await ews.EmailMessage.Bind(service, shared.message.Id);
  assert.strictEqual(again.Subject, 'Changed');
});

step('a file is attached and read', async () => {
  shared.message.Attachments.AddFileAttachment('a.bin', Buffer.from([0, 1, 2]).toString('base64'));
  await shared.message.Update(ews.ConflictResolutionMode.AlwaysOverwrite);
  const again = await ews.EmailMessage.Bind(service, shared.message.Id);
  const attachment = again.Attachments.GetEnumerator()[0];
  await attachment.Load();
  assert.strictEqual(attachment.Name, 'a.bin');
  assert.strictEqual(attachment.Base64Content, 'AAEC');
});

step('it is sent', async () => {
  const again = await ews.EmailMessage.Bind(service, shared.message.Id);
  await again.SendAndSaveCopy();
  const found = await service.FindItems(WellKnownFolderName.SentItems, new ews.ItemView(10));
  assert.deepStrictEqual(found.Items.map((item) => item.Subject), ['Changed']);
});

step('a message comes from MIME', async () => {
  const message = new ews.EmailMessage(service);
  const letter = 'Subject: Letter\r\nFrom: zoe@example.net\r\n\r\nText\r\n';
  message.MimeContent = new ews.MimeContent('UTF-8', Buffer.from(letter).toString('base64'));
  await message.Save(WellKnownFolderName.Inbox);
  const wanted = new ews.PropertySet(BasePropertySet.FirstClassProperties, [ews.ItemSchema.MimeContent]);
  const again = await ews.EmailMessage.Bind(service, message.Id, wanted);
  assert.strictEqual(Buffer.from(again.MimeContent.Content, 'base64').toString(), letter);
  shared.letter = again;
});

step('items are synchronised', async () => {
  let state = null, more = true, count = 0;
  while (more) {
    const changes = await service.SyncFolderItems(inbox, ews.PropertySet.IdOnly, null, 10,
      ews.SyncFolderItemsScope.NormalItems, state);
    count += changes.Count;
    state = changes.SyncState;
    more = changes.MoreChangesAvailable;
  }
  assert.strictEqual(count, 21);
  shared.state = state;
});

step('a moved item is told as deleted', async () => {
  const moved = await shared.letter.Move(WellKnownFolderName.Drafts);
  assert.notStrictEqual(moved.Id.UniqueId, shared.letter.Id.UniqueId);
  const changes = await service.SyncFolderItems(inbox, ews.PropertySet.IdOnly, null, 10,
    ews.SyncFolderItemsScope.NormalItems, shared.state);
  assert.strictEqual(changes.Count, 1);
  assert.strictEqual(changes.GetEnumerator()[0].ChangeType, ews.ChangeType.Delete);
  await moved.Delete(DeleteMode.HardDelete);
});

step('folders are synchronised', async () => {
  const changes = await service.SyncFolderHierarchy(new ews.FolderId(WellKnownFolderName.MsgFolderRoot),
    ews.PropertySet.FirstClassProperties, null);
  assert(changes.Count >= 13, String(changes.Count));
});

step('a folder is created, renamed and deleted', async () => {
  const folder = new ews.Folder(service);
  folder.DisplayName = 'Projekte';
  await folder.Save(WellKnownFolderName.MsgFolderRoot);
  folder.DisplayName = 'Brücke';
  await folder.Update();
  const again = await ews.Folder.Bind(service, folder.Id);
  assert.strictEqual(again.DisplayName, 'Brücke');
  await again.Delete(DeleteMode.HardDelete);
});

step('a contact is stored', async () => {
  const contact = new ews.Contact(service);
  contact.GivenName = 'Jürgen';
  contact.Surname = 'Müller';
  contact.EmailAddresses._setItem(ews.EmailAddressKey.EmailAddress1, new ews.EmailAddress('jm@example.de'));
  await contact.Save();
  const again = await ews.Contact.Bind(service, contact.Id);
  assert.strictEqual(again.Surname, 'Müller');
});

step('a name is resolved', async () => {
  const found = await service.ResolveName('carol');
  assert.strictEqual(found.Count, 1);
  assert.strictEqual(found._getItem(0).Mailbox.Address, 'carol@example.org');
});

step('there are no delegates', async () => {
  const found = await service.GetDelegates(new ews.Mailbox(user), false);
  assert.strictEqual(found.DelegateUserResponses.length, 0);
});

step('availability has a working period', async () => {
  const start = new ews.DateTime(2026, 3, 4);
  const found = await service.GetUserAvailability([new ews.AttendeeInfo(user)],
    new ews.TimeWindow(start, start.AddDays(1)), ews.AvailabilityData.FreeBusy);
  assert.strictEqual(found.AttendeesAvailability.Responses.length, 1);
});

step('automatic replies are set and read', async () => {
  const settings = new ews.OofSettings();
  settings.State = ews.OofState.Enabled;
  settings.ExternalAudience = ews.OofExternalAudience.All;
  settings.InternalReply = new ews.OofReply('Gone');
  settings.ExternalReply = new ews.OofReply('Away');
  await service.SetUserOofSettings(user, settings);
  const again = await service.GetUserOofSettings(user);
  assert.strictEqual(again.InternalReply.Message, 'Gone');
});

step('a pull subscription tells of a new item', async () => {
  const subscription = await service.SubscribeToPullNotifications([inbox], 10, null, ews.EventType.Created);
  const message = new ews.EmailMessage(service);
  message.Subject = 'Event';
  await message.Save(WellKnownFolderName.Inbox);
  const events = await subscription.GetEvents();
  assert(events.ItemEvents.length >= 1);
  await subscription.Unsubscribe();
});

step('an error has its code', async () => {
  const gone = await ews.EmailMessage.Bind(service, shared.letter.Id).then(() => null, (error) => error);
  assert.strictEqual(gone.ErrorCode, ews.ServiceError.ErrorItemNotFound);
});

// Held against Taube: SPECIMEN says what a message that it wrote has, and what one for it has to have.
if (specimenFile) {
  const specimen = JSON.parse(require('fs').readFileSync(specimenFile, 'utf8'));
  const plain = (text) => text.replace(/\r\n/g, '\n').trimEnd();
  const list = (collection) => Array.from({ length: collection.Count }, (_, i) => collection._getItem(i));

  step('what Taube wrote is read', async () => {
    const found = await service.FindItems(WellKnownFolderName.JunkEmail, new ews.ItemView(10));
    assert.deepStrictEqual(found.Items.map((item) => item.Subject), ['Von Taube']);
    const wanted = new ews.PropertySet(BasePropertySet.FirstClassProperties);
    wanted.RequestedBodyType = ews.BodyType.Text;
    const message = await ews.EmailMessage.Bind(service, found.Items[0].Id, wanted);
    assert.strictEqual(message.From.Address, specimen.sender);
    assert.deepStrictEqual(list(message.ToRecipients).map((one) => one.Address), specimen.to);
    assert.deepStrictEqual(list(message.CcRecipients).map((one) => one.Address), specimen.cc);
    assert.deepStrictEqual(message.Categories.GetEnumerator().slice().sort(), specimen.categories);
    assert.strictEqual(message.IsRead, true);
    assert.strictEqual(message.IsDraft, false);
    assert.strictEqual(plain(message.Body.Text), plain(specimen.text));
    const files = {};
    for (const attachment of message.Attachments.GetEnumerator()) {
      await attachment.Load();
      files[attachment.Name] = attachment.Base64Content || '';
    }
    assert.deepStrictEqual(files, specimen.files);
  });

  step('a message is written for Taube', async () => {
    const message = new ews.EmailMessage(service);
    message.Subject = specimen.written.subject;
    message.Body = new ews.MessageBody(ews.BodyType.Text, specimen.text);
    message.From = new ews.EmailAddress('Zo\u00eb M\u00fcller', specimen.sender);
    for (const one of specimen.to) message.ToRecipients.Add(one);
    for (const one of specimen.cc) message.CcRecipients.Add(one);
    for (const one of specimen.written.categories) message.Categories.Add(one);
    message.IsRead = true;
    for (const [name, content] of Object.entries(specimen.files)) {
      message.Attachments.AddFileAttachment(name, content).ContentType = specimen.types[name];
    }
    await message.Save(WellKnownFolderName.JunkEmail);
  });
}

(async () => {
  let failed = false;
  for (const [number, [name, run]] of steps.entries()) {
    try {
      await run();
      console.log(`ok ${number + 1} ${name}`);
    } catch (error) {
      failed = true;
      console.log(`not ok ${number + 1} ${name}`);
      console.log(String(error.stack || error).replace(/^/gm, '# '));
    }
  }
  console.log(`# ${steps.length} steps`);
  process.exit(failed ? 1 : 0);
})();
