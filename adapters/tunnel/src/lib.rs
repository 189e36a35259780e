//! TLS, certificates and connections: carries streams, knows no policy.
