"""The reader of gravitational-wave notices: bytes from any broker in, a `Notice` or a reason out.

    match read_notice(raw):
        case Notice() as notice:
            print(notice.superevent_id, notice.alert_type, notice.oddities)
        case Refused(reason, detail):
            print("to the dead letters:", reason, detail)

Here may live what is needed to read one notice from its bytes. What to do with the notice, and
where it came from, lives elsewhere.
"""

from llama.domain.notice.model import AlertType, Limits, Notice, RefusalReason, Refused
from llama.domain.notice.reading import read_notice

__all__ = ["AlertType", "Limits", "Notice", "RefusalReason", "Refused", "read_notice"]
