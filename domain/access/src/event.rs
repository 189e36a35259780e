//! What happened. (Written with the state machine.)
