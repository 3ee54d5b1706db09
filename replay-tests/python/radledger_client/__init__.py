"""An independent client of the signed ledger, written from docs/wire-format.md alone.

It shares no code with the product. What it computes and what the product computes must agree to the last byte:
that is the purpose of this package, so it stays small, plain and free of cleverness.
"""
