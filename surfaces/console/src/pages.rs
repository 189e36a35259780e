//! What a browser is shown: pages made here, in the reader's language, that work without JavaScript as
//! far as nothing needs a passkey.
//!
//! A page asks what the API asks (`crate::api`) and shows the same answer; it decides nothing and reads
//! the state in no other way. Somebody is known here by a cookie, and only here: the API reads no cookie,
//! a page reads no `Authorization`, so that neither can be used in the other's place (lesson L16).

mod alerts;
mod approval;
mod assets;
mod attestation;
mod certificates;
mod decoys;
mod desktop;
mod failed;
mod files;
mod fresh;
mod home;
mod incidents;
mod inspection;
mod isolation;
mod join;
mod live;
mod looked;
mod manners;
mod moment;
mod notifications;
mod page;
mod parts;
mod passkey_sign_in;
mod passkeys;
mod posted;
mod preparation;
mod qr;
mod reach;
mod registry;
mod replay;
mod requests;
mod response;
mod search;
mod seated;
mod setup;
mod sign_ins;
mod signed;
mod signing_in;
mod terminal;
mod touch;
mod visits;
mod watch;
mod windows;
mod work;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::Endpoint;
use crate::answer::Failed;
use crate::asker::Desk;
use crate::endpoints::with_manners;

pub(crate) use failed::{PageFailed, sentence};
pub(crate) use looked::called;
pub use manners::{COOKIE, LANGUAGE_COOKIE, PAGE_POLICY};
pub(crate) use moment::said as moment_said;
pub(crate) use posted::{Posted, from_our_own_page};
pub(crate) use signed::Signed;

macro_rules! pages {
    ($($method:ident $path:literal $name:literal $handler:path;)+) => {
        /// Every page and every form of the console: its method, its path, its name.
        pub const PAGES: &[Endpoint] = &[$((crate::endpoints::method_name(stringify!($method)), $path, $name)),+];

        fn table() -> Router<Desk> {
            Router::new()$(.route($path, $method($handler)))+
        }
    };
}

pages! {
    get "/sign-in" "sign_in_page" signing_in::page;
    post "/sign-in" "sign_in_form" signing_in::sign_in;
    post "/sign-in/passkey/begin" "passkey_sign_in_begin" passkey_sign_in::begin;
    post "/sign-in/passkey/finish" "passkey_sign_in_finish" passkey_sign_in::finish;
    post "/sign-out" "sign_out_form" signing_in::sign_out;
    post "/language" "language_form" signing_in::language;
    get "/assets/{name}" "asset" assets::serve;

    get "/" "home" home::show;
    get "/requests" "requests_page" requests::list;
    get "/my" "my_page" work::my::show;
    get "/targets" "targets_page" work::targets::list;
    get "/requests/new" "new_request_page" work::request::form;
    post "/requests/new" "new_request_form" work::request::send;
    post "/requests/{number}/withdraw" "withdraw_request_form" work::my::withdraw;
    post "/drafts" "keep_draft_form" work::drafts::keep;
    post "/drafts/discard" "discard_draft_form" work::drafts::discard;
    get "/visits/{number}/extend" "extend_page" work::extend::show;
    post "/visits/{number}/extend" "extend_form" work::extend::ask;
    get "/visits/{number}/report" "report_page" work::report::show;
    post "/visits/{number}/report" "report_form" work::report::send;
    get "/requests/{number}" "request_page" approval::show;
    get "/requests/{number}/plan" "plan_file" approval::plan;
    post "/requests/{number}/approve" "approve_form" approval::approve;
    post "/requests/{number}/refuse" "refuse_form" approval::refuse;
    post "/sessions/{number}/end" "end_form" home::end;
    get "/alerts" "alerts_page" alerts::list;
    get "/alerts/{number}/settle" "settle_alert_page" alerts::settle_form;
    post "/alerts/{number}/settle" "settle_alert_form" alerts::settle;
    get "/rules" "rules_page" alerts::rules;
    get "/rules/{number}" "answer_rule_page" alerts::answer_form;
    post "/rules/{number}" "answer_rule_form" alerts::answer;
    get "/incidents" "incidents_page" incidents::list;
    post "/incidents/begin" "begin_incident_form" incidents::begin;
    get "/incidents/paper" "paper_page" incidents::paper;
    get "/incidents/{number}" "incident_page" incidents::show;
    post "/incidents/{number}" "note_form" incidents::note;
    get "/incidents/{number}/close" "close_incident_page" incidents::close_form;
    post "/incidents/{number}/close" "close_incident_form" incidents::close;
    get "/incidents/{number}/steps" "steps_page" response::show;
    post "/incidents/{number}/steps" "step_form" response::take;
    get "/incidents/{number}/report" "incident_sheet_page" response::report;
    get "/preparation" "preparation_page" preparation::show;
    post "/preparation/policies" "agree_form" preparation::agree;
    post "/preparation/contacts" "contact_form" preparation::set_contact;
    post "/preparation/contacts/tried" "tried_form" preparation::try_contact;
    get "/incidents/{number}/photo" "photo_file" incidents::photo;
    get "/incidents/{number}/table" "chronology_file" incidents::table;
    get "/decoys" "decoys_page" decoys::show;
    get "/decoys/set" "set_decoy_page" decoys::form;
    post "/decoys/set" "set_decoy_form" decoys::set;
    get "/inspection" "inspection_page" inspection::show;
    get "/inspection/sign" "sign_inspection_page" inspection::form;
    post "/inspection/sign" "sign_inspection_form" inspection::sign;
    get "/isolate" "isolate_page" isolation::show;
    post "/isolate" "isolate_form" isolation::isolate;
    post "/lift" "lift_form" isolation::lift;
    get "/visits" "visits_page" visits::list;
    get "/visits/{number}" "visit_page" visits::show;
    get "/visits/{number}/terminal" "terminal_page" terminal::show;
    post "/visits/{number}/terminal/ticket" "terminal_ticket" seated::ticket;
    get "/visits/{number}/terminal/line" "terminal_line" crate::terminal::line;
    post "/visits/{number}/terminal/list" "terminal_list" crate::terminal::list;
    post "/visits/{number}/terminal/fetch" "terminal_fetch" crate::terminal::fetch;
    post "/visits/{number}/terminal/bring" "terminal_bring" crate::terminal::bring;
    get "/visits/{number}/desktop" "desktop_page" desktop::show;
    post "/visits/{number}/desktop/ticket" "desktop_ticket" seated::ticket;
    get "/visits/{number}/desktop/line" "desktop_line" crate::terminal::line;
    post "/visits/{number}/review" "review_form" visits::review;
    get "/visits/{number}/receipt" "receipt_file" visits::receipt;
    get "/visits/{number}/report-file" "report_file" visits::report_file;
    get "/files" "files_page" files::list;
    get "/visits/{number}/files" "visit_files_page" files::visit::show;
    post "/visits/{number}/files" "answer_file_form" files::answer;
    get "/sessions/{number}/watch" "watch_page" watch::show;
    get "/sessions/{number}/watch/stream" "watch_stream" watch::stream;
    post "/sessions/{number}/watch/here" "watch_here" watch::here;
    post "/sessions/{number}/pause" "pause_form" watch::pause;
    post "/sessions/{number}/continue" "continue_form" watch::go_on;
    post "/sessions/{number}/tell" "tell_form" watch::tell;
    get "/sessions/{number}/replay" "replay_page" replay::show;
    post "/sessions/{number}/replay" "replay_form" replay::open;
    get "/sessions/{number}/replay/stream" "replay_stream" replay::stream;
    get "/search" "search_page" search::show;
    get "/reach" "reach_page" reach::show;
    get "/live" "live_stream" live::stream;
    get "/sign-ins" "sign_ins_page" sign_ins::list;
    post "/sign-ins/{id}/end" "end_sign_in_form" sign_ins::end;
    post "/sign-ins/end-others" "end_others_form" sign_ins::end_others;
    get "/passkeys" "passkeys_page" passkeys::list;
    post "/passkeys/add/begin" "passkey_add_begin" passkeys::begin;
    post "/passkeys/add/finish" "passkey_add_finish" passkeys::finish;
    post "/passkeys/touch" "touch_begin" touch::begin;
    post "/passkeys/{id}/remove" "remove_passkey_form" passkeys::remove;
    get "/attestation" "attestation_page" attestation::show;
    post "/attestation/add" "trust_attestation_form" attestation::add;
    post "/attestation/remove" "distrust_attestation_form" attestation::remove;
    get "/join" "join_page" join::page;
    post "/join" "join_form" join::begin;
    post "/join/start" "join_start_form" join::start;
    post "/join/confirm" "join_confirm_form" join::confirm;
    get "/setup" "setup_page" setup::show;
    get "/setup/kit" "kit_page" setup::kit;
    post "/setup/kit" "seal_kit_form" setup::seal_kit;
    get "/setup/targets" "targets_kept_page" registry::targets::list;
    get "/setup/targets/new" "new_target_page" registry::targets::new;
    post "/setup/targets/new" "add_target_form" registry::targets::add;
    get "/setup/targets/{number}" "target_kept_page" registry::targets::show;
    get "/setup/targets/{number}/terms" "target_terms_page" registry::retarget::terms_form;
    post "/setup/targets/{number}/terms" "change_terms_form" registry::retarget::change_terms;
    get "/setup/targets/{number}/address" "target_address_page" registry::retarget::address_form;
    post "/setup/targets/{number}/address" "pin_target_form" registry::retarget::pin;
    get "/setup/targets/{number}/host-key" "host_key_page" registry::retarget::host_key_form;
    post "/setup/targets/{number}/host-key" "pin_host_key_form" registry::retarget::pin_host_key;
    get "/setup/targets/{number}/server" "database_server_page" registry::databases::server_form;
    post "/setup/targets/{number}/server" "pin_server_form" registry::databases::pin_server;
    get "/setup/targets/{number}/patients" "patient_columns_page" registry::patients::form;
    get "/setup/targets/{number}/visit-accounts" "visit_accounts_page" registry::visit_accounts::form;
    post "/setup/targets/{number}/visit-accounts" "set_visit_accounts_form" registry::visit_accounts::set;
    get "/setup/targets/{number}/rotation-way" "rotation_way_page" registry::rotation_way::form;
    post "/setup/targets/{number}/rotation-way" "set_rotation_way_form" registry::rotation_way::set;
    post "/setup/targets/{number}/patients" "name_patient_columns_form" registry::patients::name;
    get "/setup/server-key" "server_key_page" registry::databases::key_form;
    post "/setup/server-key" "ask_server_key_form" registry::databases::ask_key;
    get "/setup/targets/{number}/secret" "secret_page" registry::retarget::secret_form;
    post "/setup/targets/{number}/secret" "set_secret_form" registry::retarget::set_secret;
    get "/setup/targets/{number}/secret/compromised" "compromise_page" registry::rotation::compromise_form;
    post "/setup/targets/{number}/secret/compromised" "compromise_form" registry::rotation::compromise;
    get "/setup/targets/{number}/secret/rotate" "rotate_page" registry::rotation::rotate_form;
    post "/setup/targets/{number}/secret/rotate" "rotate_form" registry::rotation::rotate;
    get "/setup/targets/{number}/risk" "risk_page" registry::risks::accept_form;
    post "/setup/targets/{number}/risk" "accept_risk_form" registry::risks::accept;
    get "/setup/targets/{number}/risk/withdrawn" "withdraw_risk_page" registry::risks::withdraw_form;
    post "/setup/targets/{number}/risk/withdrawn" "withdraw_risk_form" registry::risks::withdraw;
    get "/emergency-accounts" "emergency_accounts_page" registry::emergency_accounts::list;
    get "/setup/targets/{number}/emergency-account" "emergency_account_page" registry::emergency_accounts::form;
    post "/setup/targets/{number}/emergency-account" "set_emergency_account_form" registry::emergency_accounts::set;
    get "/setup/targets/{number}/envelope/order" "order_envelope_page" registry::emergency_accounts::order_form;
    post "/setup/targets/{number}/envelope/order" "order_envelope_form" registry::emergency_accounts::order;
    get "/setup/targets/{number}/envelope/seen" "see_envelope_page" registry::emergency_accounts::see_form;
    post "/setup/targets/{number}/envelope/seen" "see_envelope_form" registry::emergency_accounts::see;
    get "/setup/targets/{number}/envelope/print" "print_envelope_page" registry::envelope_sheet::form;
    post "/setup/targets/{number}/envelope/print" "print_envelope_form" registry::envelope_sheet::print;
    get "/secrets" "secrets_page" registry::secrets::list;
    post "/secrets/check" "check_secrets_form" registry::secrets::check;
    get "/secrets/rotation" "rotation_terms_page" registry::rotation_terms::form;
    post "/secrets/rotation" "rotation_terms_form" registry::rotation_terms::set;
    get "/secrets/policy" "secret_policy_page" registry::secrets::policy_form;
    post "/secrets/policy" "secret_policy_form" registry::secrets::set_policy;
    post "/setup/targets/{number}/suspend" "suspend_target_form" registry::retarget::suspend;
    get "/setup/targets/{number}/resume" "resume_target_page" registry::retarget::resume_form;
    post "/setup/targets/{number}/resume" "resume_target_form" registry::retarget::resume;
    get "/vendors" "vendors_page" registry::vendors::list;
    get "/vendors/new" "new_vendor_page" registry::vendors::new;
    post "/vendors/new" "add_vendor_form" registry::vendors::add;
    get "/vendors/{number}" "vendor_page" registry::vendors::show;
    get "/vendors/{number}/sources" "sources_page" registry::vendors::sources_form;
    post "/vendors/{number}/sources" "change_sources_form" registry::vendors::change_sources;
    get "/vendors/{number}/reconfirm" "reconfirm_page" registry::vendors::reconfirm_form;
    post "/vendors/{number}/reconfirm" "reconfirm_form" registry::vendors::reconfirm;
    post "/vendors/{number}/suspend" "suspend_vendor_form" registry::vendors::suspend;
    get "/vendors/{number}/resume" "resume_vendor_page" registry::vendors::resume_form;
    post "/vendors/{number}/resume" "resume_vendor_form" registry::vendors::resume;
    get "/devices" "devices_page" registry::devices::list;
    get "/devices/{number}/confirm" "confirm_device_page" registry::devices::confirm_form;
    post "/devices/{number}/confirm" "confirm_device_form" registry::devices::confirm;
    post "/devices/{number}/suspend" "suspend_device_form" registry::devices::suspend;
    get "/devices/{number}/resume" "resume_device_page" registry::devices::resume_form;
    post "/devices/{number}/resume" "resume_device_form" registry::devices::resume;
    get "/persons" "persons_page" registry::persons::list;
    get "/persons/new" "invite_page" registry::invitations::new;
    post "/persons/new" "invite_form" registry::invitations::invite;
    post "/invitations/{number}/withdraw" "withdraw_invitation_form" registry::invitations::withdraw;
    get "/persons/{number}" "person_page" registry::persons::show;
    get "/persons/{number}/device" "device_invite_page" registry::persons::device_form;
    post "/persons/{number}/device" "device_invite_form" registry::invitations::device;
    get "/persons/{number}/reset" "reset_page" registry::persons::reset_form;
    post "/persons/{number}/reset" "reset_form" registry::persons::reset;
    post "/persons/{number}/suspend" "suspend_person_form" registry::persons::suspend;
    get "/persons/{number}/resume" "resume_person_page" registry::persons::resume_form;
    post "/persons/{number}/resume" "resume_person_form" registry::persons::resume;
    get "/persons/{number}/limit" "limit_person_page" registry::persons::limit_form;
    post "/persons/{number}/limit" "limit_person_form" registry::persons::limit;
    get "/persons/{number}/erase" "erase_page" registry::persons::erase_form;
    post "/persons/{number}/erase" "erase_form" registry::persons::erase;
    get "/relays" "relays_page" registry::relays::list;
    get "/relays/new" "new_relay_page" registry::relays::new;
    post "/relays/new" "add_relay_form" registry::relays::add;
    get "/relays/{name}/remove" "remove_relay_page" registry::relays::remove_form;
    post "/relays/{name}/remove" "remove_relay_form" registry::relays::remove;
    post "/relays/outside" "outside_form" registry::relays::outside;
    get "/night-chain" "night_chain_page" registry::night_chain::show;
    post "/night-chain" "night_chain_form" registry::night_chain::set;
    get "/envelope" "envelope_page" registry::envelope::show;
    post "/envelope" "envelope_form" registry::envelope::seal;
    get "/notifications" "notifications_page" notifications::show;
    post "/notifications/test" "notify_test_form" notifications::test;
    get "/notifications/ways" "ways_page" notifications::ways_form;
    post "/notifications/ways" "ways_form" notifications::set_ways;
    get "/notifications/mail" "mail_page" notifications::mail_form;
    post "/notifications/mail" "mail_form" notifications::set_mail;
    post "/notifications/mail/remove" "remove_mail_form" notifications::remove_mail;
    get "/notifications/webhooks/new" "new_webhook_page" notifications::new_webhook;
    post "/notifications/webhooks/new" "webhook_form" notifications::set_webhook;
    post "/notifications/webhooks/remove" "remove_webhook_form" notifications::remove_webhook;
    get "/notifications/terms" "notice_terms_page" notifications::terms_form;
    post "/notifications/terms" "notice_terms_form" notifications::set_terms;
    get "/settings" "settings_page" registry::settings::show;
    get "/settings/report-due" "report_due_page" registry::settings::report_due_form;
    post "/settings/report-due" "report_due_form" registry::settings::set_report_due;
    get "/settings/clock" "clock_page" registry::settings::clock_form;
    post "/settings/clock" "confirm_clock_form" registry::settings::confirm_clock;
    get "/settings/upgrade" "upgrade_page" registry::settings::upgrade_form;
    post "/settings/upgrade" "upgrade_form" registry::settings::commit;
    get "/certificates" "certificates_page" certificates::show;
    post "/certificates/open" "open_console_form" certificates::open;
    post "/certificates/close" "close_console_form" certificates::close;
}

/// The pages, with their own manners; whatever is neither a page nor the API is a page that says so.
pub(crate) fn routes(desk: &Desk) -> Router<Desk> {
    table()
        .layer(from_fn_with_state(desk.clone(), failed::said_in_words))
        .layer(map_response(manners::with_page_manners))
}

/// What there is not: for the API a line of JSON, for people a page.
pub(crate) async fn unknown(State(desk): State<Desk>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return with_manners(Failed::UnknownCall.into_response()).await;
    }
    told(&desk, failed::Asked::of(&request), Failed::UnknownCall).await
}

/// A path that there is, and another method.
pub(crate) async fn other_method(State(desk): State<Desk>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return with_manners(Failed::OtherMethod.into_response()).await;
    }
    told(&desk, failed::Asked::of(&request), Failed::OtherMethod).await
}

async fn told(desk: &Desk, asked: failed::Asked, failed: Failed) -> Response {
    let page = failed::shown(desk, &asked, failed.into()).await;
    manners::with_page_manners(page).await
}
