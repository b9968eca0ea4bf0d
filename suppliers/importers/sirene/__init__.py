"""Brings SIRENE into the directory: the monthly stock and the daily files of 2017.

`sources` finds and recognises files, `layouts` says what each must hold; `staging` (stock, by
DuckDB) and `daily` turn lines into rows by the pure functions of `stock_rows` and `daily_rows`;
`planning` compares the rows with the directory, and `run` applies what differs.
"""


class SireneError(Exception):
    """Nothing can be imported; its text is a French sentence: what, where and what to do."""
