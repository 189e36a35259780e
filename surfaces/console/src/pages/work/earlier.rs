//! With what a request form begins.

use wire::api::v1::{Handover, Request, Sessions};

use super::form::KINDS;
use super::sent::Values;
use super::{data, desktop, terms, web};

/// The form as it is at first.
pub(super) fn blank() -> Values {
    let mut values = Values::default();
    values.put("sessions", "once");
    terms::usual(&mut values);
    values
}

/// An earlier request as the beginning of another: everything but when, and the plan's file.
pub(super) fn again(earlier: &Request) -> Values {
    let mut values = Values::default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    values.put("target", earlier.target.to_string());
    values.put("purpose", text(&earlier.purpose));
    if let Some((word, ..)) = KINDS.iter().find(|(_, kind, _)| *kind == earlier.kind) {
        values.put("kind", *word);
    }
    values.put("contact", text(&earlier.contact));
    values.tick("privileged", earlier.privileged);
    values.tick("care", earlier.care_affected);
    values.put("care_how", text(&earlier.care_how));
    values.tick("patients", earlier.patient_data);
    values.put("patients_why", text(&earlier.patient_reason));
    for (at, file) in earlier.files.iter().enumerate() {
        let way = if file.direction == Handover::Out {
            "out"
        } else {
            "in"
        };
        values.put(&format!("file_way_{at}"), way);
        values.put(&format!("file_name_{at}"), text(&file.name));
    }
    values.tick("attended", earlier.attended);
    if let Some(sub) = &earlier.sub_contractor {
        values.put("sub_contractor", sub.to_string());
    }
    match earlier.sessions {
        Sessions::Once => values.put("sessions", "once"),
        Sessions::AtOnce(most) => {
            values.put("sessions", "many");
            values.put("at_once", most.to_string());
        }
    }
    match &earlier.ssh {
        Some(ssh) => terms::as_values(&mut values, ssh),
        None => terms::usual(&mut values),
    }
    if let Some(database) = &earlier.database {
        data::as_values(&mut values, database);
    }
    if let Some(terms) = &earlier.web {
        web::as_values(&mut values, terms);
    }
    if let Some(terms) = earlier.desktop {
        desktop::as_values(&mut values, terms);
    }
    values
}
