//! Every sentence a user reads, in Japanese and English.
