//! Use cases, one file each: the one writer of the site's ledger.
