//! How the password of an account is replaced at its target.

use std::fs::File;
use std::io::Read;

use wire::api::v1::{LIKE_CISCO_IOS, LIKE_YAMAHA_RTX, RotationWay, SetRotationWay};

use crate::cli::{DeviceWord, WayArgs};
use crate::context::{At, Context};
use crate::failure::Failure;
use crate::verbs::site::done;
use crate::verbs::targets::find_target;

/// Bytes of a file of lines: more than can be set.
const MOST_LINES: u64 = 64 * 1024;

pub(super) async fn choose(
    context: &Context,
    at: &At,
    target: &str,
    args: &WayArgs,
) -> Result<(), Failure> {
    let way = match (args.like, &args.lines) {
        (Some(DeviceWord::CiscoIos), _) => Some(device(LIKE_CISCO_IOS)),
        (Some(DeviceWord::YamahaRtx), _) => Some(device(LIKE_YAMAHA_RTX)),
        (None, Some(path)) => {
            let mut text = String::new();
            File::open(path)
                .and_then(|file| file.take(MOST_LINES).read_to_string(&mut text))
                .map_err(|cause| Failure::unreadable(path, &cause))?;
            Some(device(&text))
        }
        (None, None) => args.windows.then_some(RotationWay::Windows),
    };
    let id = find_target(at, target).await?;
    at.api
        .set_rotation_way(&id, &SetRotationWay { way })
        .await?;
    done(context)
}

fn device(text: &str) -> RotationWay {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    RotationWay::Device {
        lines: lines.map(str::to_owned).collect(),
    }
}
