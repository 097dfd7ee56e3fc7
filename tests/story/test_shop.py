"""The shop signs as DESIGN section 9 says."""

import hashlib
import hmac

from sandbox.story.shop import sign


def test_timestamp_nonce_and_body_are_signed_line_by_line() -> None:
    wanted = hmac.new(b"s3cret", b"1791000000\nn1\n{}", hashlib.sha256).hexdigest()
    assert sign("s3cret", "1791000000", "n1", b"{}") == f"v1={wanted}"
