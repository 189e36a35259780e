//! Keeps the site's bytes: ledger, local tables, journal and segments, blobs. The only SQL.
