//! Engineers' computers.

use access::{Command, Subject, device_words};
use axum::Json;
use ids::DeviceId;
use wire::api::v1::{ConfirmDevice, Device, DeviceState, Done, MAX_LINE, MAX_LIST, Suspend};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Nothing, Of};
use crate::reading::Reading;

pub(crate) async fn list(asker: Asker) -> Answer<Vec<Device>> {
    let list = asker.read(Readers::People, |reading| {
        let seen = reading
            .site
            .devices()
            .filter(|device| reading.sees(&device.id));
        Ok(seen.map(|device| shown(reading, device)).collect())
    });
    list.await.map(Json)
}

fn shown(reading: &Reading<'_>, device: &access::Device) -> Device {
    let state = match (device.suspended, device.confirmed) {
        (Some(_), _) => DeviceState::Suspended,
        (None, None) => DeviceState::Pending,
        (None, Some(_)) => DeviceState::Confirmed,
    };
    // The engineer reads the words from their own program, which has the key: what came from here
    // would prove nothing about it.
    let compares = state == DeviceState::Pending && reading.sees_all();
    let words = device_words(&device.enrolment.key);
    let words = words.iter().filter(|_| compares);
    Device {
        id: device.id.clone(),
        person: device.person.clone(),
        key: device.enrolment.key,
        label: reading.person_text(&device.person, &device.enrolment.label),
        state,
        words: words.map(|word| (*word).to_owned()).collect(),
    }
}

pub(crate) async fn confirm(
    asker: Asker,
    Of(device): Of<DeviceId>,
    Form(form): Form<ConfirmDevice>,
) -> Answer<Done> {
    let fits = form.words.len() <= MAX_LIST && form.words.iter().all(|word| word.len() <= MAX_LINE);
    if !fits {
        return Err(Failed::field("words"));
    }
    let thing = Thing::from(&device);
    let words = form.words;
    let confirmed = asker.submit(Command::ConfirmDevice { device, words }).await;
    asker.about(&thing, confirmed)?;
    done()
}

pub(crate) async fn suspend(
    asker: Asker,
    Of(device): Of<DeviceId>,
    Form(form): Form<Suspend>,
) -> Answer<Done> {
    asker.suspend(Subject::Device(device), form).await
}

pub(crate) async fn resume(asker: Asker, Of(device): Of<DeviceId>, _: Nothing) -> Answer<Done> {
    asker.resume(Subject::Device(device)).await
}
