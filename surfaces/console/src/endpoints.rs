//! Every endpoint, once. The router is built from this table, so nothing can be reached that does not
//! stand in it.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post, put};
use engine::Engine;
use wire::api::v1::paths;

use crate::Arrival;
use crate::api::{
    alerts, attending, attestation, certificates, databases, decoys, devices, emergency_accounts,
    files, incidents, inspection, ledger, notify, people, reach, recordings, relays, replays,
    reports, requests, response, reviews, risks, rotation, rotation_way, search, secrets, sessions,
    signing_in, site, status, stories, targets, upgrade, vendors, visit_accounts, visits,
};
use crate::asker::Desk;
use crate::{Terminals, pages};

/// Method, path, name.
pub type Endpoint = (&'static str, &'static str, &'static str);

macro_rules! endpoints {
    ($($method:ident $path:ident $name:literal $handler:path;)+) => {
        /// Every endpoint: its method, its path (with `{number}` for the number of an id), its name.
        pub const ENDPOINTS: &[Endpoint] = &[$((method_name(stringify!($method)), paths::$path, $name)),+];

        fn routes() -> Router<Desk> {
            Router::new()$(.route(paths::$path, $method($handler)))+
        }
    };
}

pub(crate) const fn method_name(method: &'static str) -> &'static str {
    match method.as_bytes() {
        b"get" => "GET",
        b"put" => "PUT",
        _ => "POST",
    }
}

endpoints! {
    get STATUS "status" status::show;
    post SIGN_IN "sign_in" signing_in::sign_in;
    post SIGN_OUT "sign_out" signing_in::sign_out;

    get VENDORS "list_vendors" vendors::list;
    post VENDORS "add_vendor" vendors::add;
    post VENDOR_SUSPEND "suspend_vendor" vendors::suspend;
    post VENDOR_RESUME "resume_vendor" vendors::resume;
    put VENDOR_SOURCES "change_sources" vendors::change_sources;
    post VENDOR_SOURCES_RECONFIRM "reconfirm_sources" vendors::reconfirm_sources;

    get PERSONS "list_persons" people::list;
    get INVITATIONS "list_invitations" people::invitations;
    post INVITATIONS "invite" people::invite;
    post INVITATION_WITHDRAW "withdraw_invitation" people::withdraw_invitation;
    post PERSON_SUSPEND "suspend_person" people::suspend;
    post PERSON_RESUME "resume_person" people::resume;
    post PERSON_ERASE "erase_person" people::erase;
    post PERSON_RESET "reset_person" people::reset;
    post PERSON_LIMIT "limit_person" people::limit;

    get DEVICES "list_devices" devices::list;
    post DEVICE_CONFIRM "confirm_device" devices::confirm;
    post DEVICE_SUSPEND "suspend_device" devices::suspend;
    post DEVICE_RESUME "resume_device" devices::resume;

    get TARGETS "list_targets" targets::list;
    post TARGETS "add_target" targets::add;
    post TARGET_SUSPEND "suspend_target" targets::suspend;
    post TARGET_RESUME "resume_target" targets::resume;
    post TARGET_PIN "pin_target" targets::pin;
    put TARGET_TERMS "change_target_terms" targets::change_terms;
    post TARGET_SECRET "set_target_secret" secrets::set;
    post TARGET_SECRET_ACCEPT "accept_target_secret" secrets::accept;
    post TARGET_SECRET_COMPROMISED "compromise_secret" rotation::compromise;
    post TARGET_SECRET_ROTATE "rotate_secret" rotation::rotate;
    put TARGET_EMERGENCY_ACCOUNT "keep_for_emergency" emergency_accounts::set;
    post TARGET_ENVELOPE_ORDER "order_envelope" emergency_accounts::order;
    post TARGET_ENVELOPE_SEEN "see_envelope" emergency_accounts::see;
    get EMERGENCY_ACCOUNTS "list_envelopes" emergency_accounts::list;
    get INSPECTION "show_week" inspection::show;
    post INSPECTION "inspect_log" inspection::sign;
    get ALERTS "list_alerts" alerts::list;
    post ALERTS_SETTLED "settle_alert" alerts::settle;
    get RULES "list_rules" alerts::rules;
    put RULES "answer_rule" alerts::answer_rule;
    get INCIDENTS "list_incidents" incidents::list;
    post INCIDENTS "begin_incident" incidents::begin;
    get INCIDENT_STEPS "show_steps" response::show;
    post INCIDENT_STEPS "step_incident" response::take;
    get PREPARATION "show_preparation" response::preparation;
    post PREPARATION_POLICIES "agree_policy" response::agree;
    post PREPARATION_CONTACTS "set_contact" response::set_contact;
    post PREPARATION_TRIED "try_contact" response::try_contact;
    get INCIDENT_CHRONOLOGY "show_chronology" incidents::show;
    get INCIDENT_PROOF "prove_chronology" incidents::proof;
    post INCIDENT_NOTES "note_incident" incidents::note;
    get INCIDENT_PHOTO "show_photo" incidents::photo;
    post INCIDENTS_CLOSED "close_incident" incidents::close;
    get DECOYS "list_decoys" decoys::list;
    put DECOYS "set_decoy" decoys::set;
    get SECRETS "list_secrets" secrets::list;
    post SECRETS_CHECK "check_secrets" secrets::check;
    put SECRETS_POLICY "set_secret_policy" secrets::set_policy;
    post TARGET_RISK "accept_risk" risks::accept;
    post TARGET_RISK_WITHDRAWN "withdraw_risk" risks::withdraw;
    post TARGET_HOST_KEY "pin_host_key" targets::pin_host_key;
    post TARGET_SERVER "pin_database_server" databases::pin_server;
    put TARGET_PATIENTS "name_patient_columns" databases::name_patients;
    put TARGET_ROTATION_WAY "set_rotation_way" rotation_way::set;
    put TARGET_VISIT_ACCOUNTS "set_visit_accounts" visit_accounts::set;
    post SERVER_KEY "ask_server_key" databases::server_key;
    get SSH_HOST_KEY "ssh_host_key" targets::ssh_host_key;

    get REQUESTS "list_requests" requests::list;
    post REQUESTS "request_visit" requests::ask;
    get REQUEST "show_request" requests::show;
    get REQUEST_PLAN "show_plan" requests::plan;
    post REQUEST_APPROVE "approve_request" requests::approve;
    post REQUEST_REFUSE "refuse_request" requests::refuse;
    post REQUEST_WITHDRAW "withdraw_request" requests::withdraw;
    post REQUEST_EMERGENCY "open_emergency" requests::open_emergency;
    post GRANT_WITHDRAW "withdraw_grant" requests::withdraw_grant;

    get VISITS "list_visits" visits::list;
    get VISIT "show_visit" visits::show;
    post VISIT_EXTEND "extend_visit" visits::extend;
    get VISIT_STORY "tell_visit" stories::tell;
    post VISIT_REPORT "file_report" reports::file;
    get VISIT_REPORT "show_report" reports::show;
    post VISIT_REVIEW "review_visit" reviews::review;
    get VISIT_FILES "list_files" files::list;
    post VISIT_FILES "answer_file" files::answer;
    get VISIT_RECEIPT "export_receipt" visits::receipt;

    get SESSIONS "list_sessions" sessions::list;
    get SESSION "show_session" sessions::show;
    post SESSION_END "end_session" sessions::end;
    post SESSION_PAUSE "pause_session" attending::pause;
    post SESSION_CONTINUE "continue_session" attending::go_on;
    post SESSION_ATTEND "attend_session" attending::attend;
    post SESSION_TELL "tell_engineer" attending::tell;

    post SEARCH "search" search::search;
    post REACH "ask_reach" reach::ask;

    post ISOLATE "isolate" site::isolate;
    post LIFT "lift" site::lift;
    get NIGHT_CHAIN "show_night_chain" site::night_chain;
    put NIGHT_CHAIN "set_night_chain" site::set_night_chain;
    post ENVELOPE "seal_envelope" site::seal_envelope;
    post KIT_SEAL "seal_kit" site::seal_kit;
    post CLOCK_CONFIRM "confirm_clock" site::confirm_clock;

    get RECORDINGS "list_recordings" recordings::list;
    get RECORDING "show_recording" recordings::show;
    post RECORDING_VERIFY "verify_recording" recordings::verify;
    get RECORDING_EXPORT "export_recording" recordings::export;
    get RECORDING_INDEX "index_recording" replays::index;
    get RECORDING_PLAY "play_recording" replays::play;
    get RECORDING_CAST "cast_recording" replays::cast;

    get CERTIFICATES "show_certificates" certificates::show;
    post CONSOLE_OPEN "open_console" certificates::open;
    post CONSOLE_CLOSE "close_console" certificates::close;

    get ATTESTATION_ROOTS "list_attestation_roots" attestation::list;
    post ATTESTATION_ROOTS "add_attestation_root" attestation::add;
    post ATTESTATION_ROOT_REMOVE "remove_attestation_root" attestation::remove;

    get RELAYS "list_relays" relays::list;
    get RELAY_INTRODUCTION "introduce_site" relays::introduction;
    post RELAYS "add_relay" relays::add;
    post RELAY_REMOVE "remove_relay" relays::remove;
    post OUTSIDE_CHECK "outside_check" relays::outside_check;
    post REPORT_DUE "set_report_due" relays::set_report_due;
    get UPGRADE "show_upgrade" upgrade::show;
    post UPGRADE "upgrade_site" upgrade::commit;

    get NOTIFICATIONS "show_notifications" notify::show;
    put NOTIFY_MAIL "set_mail_server" notify::set_mail;
    post NOTIFY_MAIL_REMOVE "remove_mail_server" notify::remove_mail;
    put NOTIFY_WEBHOOKS "set_webhook" notify::set_webhook;
    post NOTIFY_WEBHOOK_REMOVE "remove_webhook" notify::remove_webhook;
    put NOTIFY_TERMS "set_notice_terms" notify::set_terms;
    get NOTIFY_WAYS "list_ways" notify::ways;
    put NOTIFY_WAYS "set_ways" notify::set_ways;
    post NOTIFY_TEST "test_notification" notify::test;
    get NOTIFY_DELIVERIES "list_deliveries" notify::deliveries;

    get LEDGER_CHECKPOINT "checkpoint" ledger::checkpoint;
    get LEDGER_CONSISTENCY "consistency" ledger::consistency;
    get LEDGER_EXPORT "export_ledger" ledger::export;
    post LEDGER_COSIGNATURE "cosign" ledger::cosign;
    post LEDGER_ALARM "raise_alarm" ledger::alarm;
}

/// The API and the pages for one connection.
pub fn router(engine: Engine, arrival: Arrival) -> Router {
    router_with_terminals(engine, arrival, Terminals::none())
}

/// The same, with the terminals that engineers open in its pages.
pub fn router_with_terminals(engine: Engine, arrival: Arrival, terminals: Terminals) -> Router {
    let desk = Desk {
        engine,
        arrival,
        terminals,
    };
    routes()
        .layer(map_response(with_manners))
        .merge(pages::routes(&desk))
        .fallback(pages::unknown)
        .method_not_allowed_fallback(pages::other_method)
        .with_state(desk)
}

/// What every answer says to a browser: keep nothing, guess nothing, show it nowhere. There is no
/// header that would let a page of another site read it.
pub(crate) async fn with_manners(mut response: Response) -> Response {
    const MANNERS: [(HeaderName, &str); 4] = [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ),
    ];
    for (name, value) in MANNERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_path_of_the_api_has_an_endpoint() {
        let source = include_str!("../../../domain/wire/src/api/v1/paths.rs");
        let listed: BTreeSet<&str> = source
            .lines()
            .filter_map(|line| line.strip_prefix("pub const ")?.split('"').nth(1))
            .collect();
        assert!(listed.len() > 40, "{}", listed.len());
        let served: BTreeSet<&str> = ENDPOINTS.iter().map(|(_, path, _)| *path).collect();
        assert_eq!(served, listed);
    }

    #[test]
    fn every_method_that_a_path_documents_is_served_and_no_other() {
        let source = include_str!("../../../domain/wire/src/api/v1/paths.rs");
        let mut documented = BTreeSet::new();
        let mut comment = String::new();
        for line in source.lines() {
            if let Some(text) = line.strip_prefix("/// ") {
                comment.push_str(text);
                comment.push(' ');
            } else if let Some(rest) = line.strip_prefix("pub const ") {
                let path = rest.split('"').nth(1).unwrap();
                for method in ["GET", "POST", "PUT"] {
                    if comment.split([' ', ',']).any(|word| word == method) {
                        documented.insert((method, path));
                    }
                }
                comment.clear();
            }
        }
        let served: BTreeSet<(&str, &str)> = ENDPOINTS
            .iter()
            .map(|(method, path, _)| (*method, *path))
            .collect();
        assert_eq!(served, documented);
    }

    #[test]
    fn no_two_endpoints_have_one_name() {
        let names: BTreeSet<&str> = ENDPOINTS.iter().map(|(_, _, name)| *name).collect();
        assert_eq!(names.len(), ENDPOINTS.len());
    }
}
