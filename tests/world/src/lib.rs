//! What a simulated world (docs/simulated-world.md) needs that is not Sekisho's: dice that fall the same
//! way again, and a way to make a failing story short.

mod dice;
mod shorten;

pub use dice::Dice;
pub use shorten::shorten;
