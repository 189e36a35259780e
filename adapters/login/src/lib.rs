//! Proves who someone is: passphrase, TOTP, device certificate.
