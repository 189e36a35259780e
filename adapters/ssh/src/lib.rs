//! SSH, both ends: carries channels, knows no policy. The only crate that knows `russh`.
//!
//! [`accept`] is the engineer's end, a server; [`dial`] the target's, a client; [`dial_by`] the same in a
//! process that does not have the secret, whose channels cross to the other as [`Came`] and [`Sent`]. What peers send comes
//! as values in order, per channel ([`Inbox`]); who moves it from one end to the other decides, records
//! and sends it ([`EngineerOut`], [`TargetOut`]). Between the two, [`Flow`] counts what waits and holds
//! who sends too much: read its module before changing anything here.
//!
//! Trusted to: prove the target by its pinned key before a secret is sent, show the engineer's client
//! nothing but session channels, keep what a peer can make us hold within `limits`. Not trusted to:
//! know who the engineer is (TLS did that; SSH user authentication is `none`, and the user name that a
//! client claims is not even looked at), or decide what may be opened, run or moved.
//!
//! What is refused without asking anybody, and told: forwarding of any kind, agent, X11, channels that
//! a target opens. What `russh` refuses before we hear of it: kinds of channels and requests that it
//! does not know (`break` is one of them).

mod algorithms;
mod certificate;
mod crossing;
mod engineer;
mod flow;
mod inbox;
mod key;
mod limits;
mod outlet;
mod target;
mod terms;
mod throttle;

pub use certificate::{Certified, LoginCertificate, certify};
pub use crossing::{Came, LONGEST_CROSSING, Sent};
pub use engineer::{
    AcceptError, Ask, Asked, Engineer, EngineerChannel, EngineerOut, Forbidden, NeverOnAChannel,
    OpenAsk, StartAsk, accept,
};
pub use flow::{Credit, Flow};
pub use inbox::{Closed, Inbox, Piece, Received, Stream};
pub use key::{HostKey, HostKeyPair, KeyError, LoginKey, check_private_key};
pub use limits::{LONGEST_COMMAND, LONGEST_NAME, LONGEST_VALUE, MOST_CHANNELS};
pub use target::{
    DialError, OpenError, Proof, Prover, Said, Secret, Target, TargetChannel, TargetLogin,
    TargetOut, Wanted, dial, dial_by, join, look_at_host_key,
};
pub use terms::{Exit, Gone, Size, Start, Terminal};
