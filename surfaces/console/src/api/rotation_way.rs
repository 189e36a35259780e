//! How passwords are replaced at Windows and at devices.

use access::{Command, Dialogue, Reason};
use ids::TargetId;
use wire::api::v1::{Done, RotationWay, SetRotationWay};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Thing};
use crate::body::{Form, Of};

pub(super) fn shown(target: &access::Target) -> Option<RotationWay> {
    Some(match target.rotation_way.as_ref()? {
        access::RotationWay::Windows => RotationWay::Windows,
        access::RotationWay::Device(dialogue) => RotationWay::Device {
            lines: dialogue.lines(),
        },
    })
}

pub(crate) async fn set(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<SetRotationWay>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let way = form.way.map(read).transpose()?;
    let set = asker.submit(Command::SetRotationWay { target, way }).await;
    asker.about(&thing, set)?;
    done()
}

fn read(way: RotationWay) -> Result<access::RotationWay, Failed> {
    match way {
        RotationWay::Windows => Ok(access::RotationWay::Windows),
        RotationWay::Device { lines } => Dialogue::parse(lines.iter().map(String::as_str))
            .map(access::RotationWay::Device)
            .ok_or_else(|| Failed::because(Reason::RotationWayNotPossible)),
    }
}
