//! The HTTP API of the site.
