"""Brings in DECP, the essential data of contracts: versions 1.3 to 2.0.4, JSON, XML and zips.

`sources` opens files and recognises what they are; `json_stream` and `xml_stream` read them
contract by contract; `parsing` turns each into a `rows.Record` with its anomalies, by the pure
functions of `values`, `vocabulary` and `nested`; `staging` sorts the records by buyer and number,
`pairing` compares them with the stored contracts, and `run` applies what differs from a `spool`.
"""


class DecpError(Exception):
    """Nothing can be imported; its text is a French sentence: what, where and what to do."""


class NotDecp(DecpError):
    """The file is something else than DECP; harmless beside DECP files in an archive."""
