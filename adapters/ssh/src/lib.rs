//! SSH, both ends: carries channels, knows no policy. The only crate that knows `russh`.

use russh as _;
