//! The engineer's and the clerk's side: join, login, connect, witness.
