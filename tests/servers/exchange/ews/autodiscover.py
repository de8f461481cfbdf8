# SPDX-License-Identifier: LGPL-2.1-or-later
"""Autodiscover: where the services of a mailbox are, in its three forms: POX, SOAP, and version 2 in JSON."""
import json
import urllib.parse
import xml.etree.ElementTree as ElementTree

from . import markup
from .markup import SOAP, find, local, make, text_of

REQUEST = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
RESPONSE = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
SERVICE = "http://schemas.microsoft.com/exchange/2010/Autodiscover"

ElementTree.register_namespace("a", SERVICE)

PATHS = {"/autodiscover/autodiscover.xml": "pox", "/autodiscover/autodiscover.svc": "soap"}
JSON_PATH = "/autodiscover/autodiscover.json"


def pox(world, data, url, version):
    """The answer to a POST of plain XML."""
    address = next((one.text or "" for one in markup.parse(data).iter() if local(one) == "EMailAddress"), "")
    mailbox = world.mailbox_of(address) if "@" in address else None
    if mailbox is None:
        error = make(RESPONSE, "Error", make(RESPONSE, "ErrorCode", 500),
                     make(RESPONSE, "Message", "The email address can't be found."), make(RESPONSE, "DebugData"),
                     Time="00:00:00.0000000", Id="1")
        return markup.write(make(RESPONSE, "Autodiscover", make(RESPONSE, "Response", error)))
    major, minor, build, _ = version.numbers
    packed = f"{(7 << 28) | (major << 22) | (minor << 16) | (1 << 15) | build:08X}"
    protocols = [protocol(kind, url, packed) for kind in ("EXCH", "EXPR")]
    response = make(
        OUTLOOK, "Response",
        make(OUTLOOK, "User", make(OUTLOOK, "DisplayName", mailbox.name),
             make(OUTLOOK, "AutoDiscoverSMTPAddress", mailbox.address)),
        make(OUTLOOK, "Account", make(OUTLOOK, "AccountType", "email"), make(OUTLOOK, "Action", "settings"),
             make(OUTLOOK, "MicrosoftOnline", "False"), *protocols))
    return markup.write(make(RESPONSE, "Autodiscover", response))


def protocol(kind, url, packed):
    """One way to reach the mailbox."""
    host = urllib.parse.urlsplit(url).hostname
    return make(OUTLOOK, "Protocol", make(OUTLOOK, "Type", kind), make(OUTLOOK, "Server", host),
                make(OUTLOOK, "ServerVersion", packed) if kind == "EXCH" else None,
                make(OUTLOOK, "SSL", "On" if url.startswith("https") else "Off"),
                make(OUTLOOK, "AuthPackage", "basic"), make(OUTLOOK, "ASUrl", url), make(OUTLOOK, "EwsUrl", url))


def soap(world, data, url, version):
    """The answer to GetUserSettings."""
    request = find(markup.parse(data), "Body", "GetUserSettingsRequestMessage", "Request")
    settings, users = find(request, "RequestedSettings"), find(request, "Users")
    if settings is None or users is None:
        raise markup.MarkupError("this is no GetUserSettings")
    wanted = [one.text for one in settings]
    users = [text_of(user, "Mailbox") or "" for user in users]
    responses = make(SERVICE, "UserResponses", *(user_response(world, user, wanted, url) for user in users))
    response = make(SERVICE, "Response", make(SERVICE, "ErrorCode", "NoError"), make(SERVICE, "ErrorMessage"),
                    responses)
    names = ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber")
    info = make(SERVICE, "ServerVersionInfo", *(make(SERVICE, n, v) for n, v in zip(names, version.numbers)),
                make(SERVICE, "Version", "Exchange2013_SP1" if version.is_at_least(15) else version.schema))
    return markup.write(make(SOAP, "Envelope", make(SOAP, "Header", info),
                             make(SOAP, "Body", make(SERVICE, "GetUserSettingsResponseMessage", response))))


def user_response(world, address, wanted, url):
    """What is told of one user."""
    mailbox = world.mailbox_of(address) if "@" in address else None
    if mailbox is None:
        return make(SERVICE, "UserResponse", make(SERVICE, "ErrorCode", "InvalidUser"),
                    make(SERVICE, "ErrorMessage", "The user was not found."))
    facts = {"ExternalEwsUrl": url, "InternalEwsUrl": url, "UserDisplayName": mailbox.name,
             "AutoDiscoverSMTPAddress": mailbox.address, "EwsSupportedSchemas": "Exchange2007_SP1, Exchange2010_SP2, "
             "Exchange2013_SP1, Exchange2016"}
    settings = [setting(name, facts[name]) for name in wanted if name in facts]
    errors = [make(SERVICE, "UserSettingError", make(SERVICE, "ErrorCode", "SettingIsNotAvailable"),
                   make(SERVICE, "ErrorMessage", f"{name} is not available."), make(SERVICE, "SettingName", name))
              for name in wanted if name not in facts]
    return make(SERVICE, "UserResponse", make(SERVICE, "ErrorCode", "NoError"),
                make(SERVICE, "ErrorMessage", "No error."), make(SERVICE, "UserSettingErrors", *errors),
                make(SERVICE, "UserSettings", *settings))


def setting(name, value):
    """One setting; its type is a name of the autodiscover namespace."""
    return make(SERVICE, "UserSetting", make(SERVICE, "Name", name), make(SERVICE, "Value", value),
                **{f"{{{markup.INSTANCE}}}type": "a:StringSetting"})


def version_two(world, target, url):
    """(status, object) of the answer to a GET: /autodiscover.json?Email=A&Protocol=P, or …/v1.0/A?Protocol=P."""
    parts = urllib.parse.urlsplit(target)
    query = {name.lower(): values[0] for name, values in urllib.parse.parse_qs(parts.query).items()}
    address = query.get("email") or urllib.parse.unquote(parts.path.rpartition("/")[2])
    wanted = query.get("protocol", "")
    if wanted.lower() not in ("ews", "autodiscoverv1"):
        return 400, {"ErrorCode": "InvalidProtocol", "ErrorMessage": f"The given protocol value '{wanted}' is invalid."}
    if world.mailbox_of(address) is None or "@" not in address:
        return 404, {"ErrorCode": "UserNotFound", "ErrorMessage": "The given user is not found."}
    if wanted.lower() == "autodiscoverv1":
        url = urllib.parse.urljoin(url, "/autodiscover/autodiscover.xml")
    return 200, {"Protocol": wanted, "Url": url}


def write_json(value):
    """The bytes of an object."""
    return json.dumps(value).encode()
