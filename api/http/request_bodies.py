"""The bodies that no struct describes: of the routes that bring events, and of an export, for `/openapi.json`."""

from typing import Any

from graph.events.limits import MAX_MESSAGES, MAX_REGIONS

__all__ = ["CLOUDEVENT", "EXPORT", "MESSAGE", "MESSAGE_TYPES", "listed"]

_ID: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 256}
_TIME: dict[str, Any] = {"type": "string", "format": "date-time", "description": "ISO 8601 with its zone."}
_NAMED: dict[str, Any] = {"type": "object"}

MESSAGE: dict[str, Any] = {
    "type": "object",
    "description": "A userId or an anonymousId says whose it is; a messageId makes sending it twice harmless.",
    "properties": {
        "messageId": _ID,
        "userId": _ID,
        "anonymousId": _ID,
        "previousId": _ID,
        "groupId": _ID,
        "event": {
            "type": "string",
            "description": "For track: Product Viewed, Order Completed, …, or a name of yours.",
        },
        "name": {"type": "string"},
        "properties": _NAMED,
        "traits": _NAMED,
        "context": _NAMED,
        "timestamp": _TIME,
        "sentAt": _TIME,
    },
}
MESSAGE_TYPES: dict[str, Any] = {"enum": ["track", "identify", "page", "screen", "group", "alias"]}

CLOUDEVENT: dict[str, Any] = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": _ID,
        "source": _ID,
        "type": {"type": "string", "minLength": 1, "description": "`com.patron.` and an event of the family."},
        "subject": {"type": "string", "description": "The customer's id, where the data do not say it."},
        "time": _TIME,
        "data": _NAMED,
    },
}

_TEXTS = ("name", "department", "category", "subcategory", "brand", "manufacturer", "package_size")
_PRODUCT: dict[str, Any] = {
    "type": "object",
    "required": ["product_id"],
    "additionalProperties": False,
    "properties": {
        "product_id": _ID,
        **{name: {"type": "string"} for name in _TEXTS},
        "price": {"type": "number", "minimum": 0, "maximum": 1e13, "description": "In major units: 4.35 is 435 cents."},
        "currency": {"type": "string", "pattern": "^([A-Z]{3})?$"},
        "in_stock": {"type": "boolean"},
        "retired": {"type": "boolean"},
        "regions": {
            "type": "array",
            "maxItems": MAX_REGIONS,
            "items": {"type": "string", "minLength": 1, "maxLength": 256},
            "description": "Stores, countries or coverage areas it is available in; without any, everywhere.",
        },
        "attributes": _NAMED,
    },
}
_CUSTOMER: dict[str, Any] = {
    "type": "object",
    "required": ["customer_id"],
    "additionalProperties": False,
    "properties": {"customer_id": _ID, "traits": _NAMED},
}

EXPORT: dict[str, Any] = {
    "type": "object",
    "required": ["customer_id", "profile", "identities", "leaves", "events", "answers", "refused"],
    "properties": {
        "customer_id": _ID,
        "profile": {"$ref": "#/components/schemas/ProfileAnswer"},
        "identities": {"$ref": "#/components/schemas/Identities"},
        **{name: {"type": "array", "items": _NAMED} for name in ("leaves", "events", "answers", "refused")},
    },
}


def listed(noun: str) -> dict[str, Any]:
    """The body of a bulk upsert of ``products`` or ``customers``."""
    entry = {"products": _PRODUCT, "customers": _CUSTOMER}[noun]
    return {
        "type": "object",
        "required": [noun],
        "properties": {noun: {"type": "array", "maxItems": MAX_MESSAGES, "items": entry}},
    }
