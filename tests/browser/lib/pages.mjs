// Every page of the console: who sees it, and where it is. A page without a line here is named by the story `pages`.

import { readFileSync } from 'node:fs';

const TABLE = new URL('../../../surfaces/console/src/pages.rs', import.meta.url);

/** The pages that the console serves: `{ path, name }`, as its own table has them; what forms are sent to is no page. */
export function served() {
  const table = readFileSync(TABLE, 'utf8');
  const rows = [...table.matchAll(/^\s+get "([^"]+)" "([^"]+)"/gm)];
  if (rows.length < 5) throw new Error(`${TABLE.pathname} has ${rows.length} pages`);
  return rows.map(([, path, name]) => ({ path, name }));
}

/** Who looks at a page: a part of the story, or `nobody`. The path's `{number}` is a fact of the test. */
const page = (who, number) => ({ who, number });

/** What is served and is no page: files, and what islands ask for. Stories of their own look at these. */
const NO_PAGE = 'no page';

export const PAGES = {
  sign_in_page: page('nobody'),
  join_page: page('nobody'),
  asset: NO_PAGE,
  live_stream: NO_PAGE,

  home: page('clerk'),
  requests_page: page('clerk'),
  request_page: page('clerk', 'request'),
  plan_file: NO_PAGE,
  alerts_page: page('clerk'),
  settle_alert_page: page('clerk', 'alert'),
  inspection_page: page('clerk'),
  sign_inspection_page: page('clerk'),
  rules_page: page('clerk'),
  incidents_page: page('clerk'),
  paper_page: page('clerk'),
  incident_page: page('clerk', 'incident'),
  steps_page: page('clerk', 'incident'),
  incident_sheet_page: page('clerk', 'incident'),
  preparation_page: page('clerk'),
  close_incident_page: page('clerk', 'incident'),
  photo_file: NO_PAGE,
  chronology_file: NO_PAGE,
  decoys_page: page('clerk'),
  set_decoy_page: page('clerk'),
  answer_rule_page: page('clerk', 'rule'),
  isolate_page: page('clerk'),
  sign_ins_page: page('clerk'),
  passkeys_page: page('clerk'),
  attestation_page: page('clerk'),

  my_page: page('engineer'),
  targets_page: page('engineer'),
  new_request_page: page('engineer'),
  extend_page: page('engineer', 'visit'),
  report_page: page('engineer', 'visit'),
  terminal_page: page('engineer', 'visit'),
  terminal_line: NO_PAGE,
  desktop_page: page('engineer', 'visit'),
  desktop_line: NO_PAGE,

  visits_page: page('clerk'),
  visit_page: page('clerk', 'visit'),
  files_page: page('clerk'),
  visit_files_page: page('engineer', 'visit'),
  receipt_file: NO_PAGE,
  report_file: NO_PAGE,
  watch_page: page('clerk', 'session'),
  watch_stream: NO_PAGE,
  replay_page: page('clerk', 'session'),
  replay_stream: NO_PAGE,
  search_page: page('clerk'),
  reach_page: page('clerk'),

  setup_page: page('clerk'),
  kit_page: page('clerk'),
  targets_kept_page: page('clerk'),
  new_target_page: page('clerk'),
  target_kept_page: page('clerk', 'target'),
  target_terms_page: page('clerk', 'target'),
  target_address_page: page('clerk', 'target'),
  host_key_page: page('clerk', 'target'),
  database_server_page: page('clerk', 'target'),
  rotation_way_page: page('clerk', 'target'),
  visit_accounts_page: page('clerk', 'target'),
  patient_columns_page: page('clerk', 'target'),
  server_key_page: page('clerk'),
  secret_page: page('clerk', 'target'),
  compromise_page: page('clerk', 'target'),
  risk_page: page('clerk', 'target'),
  withdraw_risk_page: page('clerk', 'target'),
  rotate_page: page('clerk', 'target'),
  emergency_accounts_page: page('clerk'),
  emergency_account_page: page('clerk', 'target'),
  order_envelope_page: page('clerk', 'target'),
  see_envelope_page: page('clerk', 'target'),
  print_envelope_page: page('clerk', 'target'),
  secrets_page: page('clerk'),
  rotation_terms_page: page('clerk'),
  secret_policy_page: page('clerk'),
  resume_target_page: page('clerk', 'target'),
  vendors_page: page('clerk'),
  new_vendor_page: page('clerk'),
  vendor_page: page('clerk', 'vendor'),
  sources_page: page('clerk', 'vendor'),
  reconfirm_page: page('clerk', 'vendor'),
  resume_vendor_page: page('clerk', 'vendor'),
  devices_page: page('clerk'),
  confirm_device_page: page('clerk', 'device'),
  resume_device_page: page('clerk', 'device'),
  persons_page: page('clerk'),
  invite_page: page('clerk'),
  person_page: page('clerk', 'person'),
  device_invite_page: page('clerk', 'person'),
  reset_page: page('clerk', 'person'),
  resume_person_page: page('clerk', 'person'),
  limit_person_page: page('clerk', 'person'),
  erase_page: page('clerk', 'person'),
  relays_page: page('clerk'),
  new_relay_page: page('clerk'),
  remove_relay_page: page('clerk', 'relay'),
  night_chain_page: page('clerk'),
  envelope_page: page('clerk'),
  notifications_page: page('clerk'),
  ways_page: page('clerk'),
  mail_page: page('clerk'),
  new_webhook_page: page('clerk'),
  notice_terms_page: page('clerk'),
  settings_page: page('clerk'),
  report_due_page: page('clerk'),
  clock_page: page('clerk'),
  upgrade_page: page('clerk'),
  certificates_page: page('clerk'),
};

/** The pages to look at: `{ name, who, path }`. Fails with the names of those that have no line, or are none any more. */
export function visited(facts) {
  const rows = served();
  const names = rows.map(({ name }) => name);
  const missing = names.filter((name) => PAGES[name] === undefined);
  const gone = Object.keys(PAGES).filter((name) => !names.includes(name));
  if (missing.length + gone.length > 0) {
    throw new Error(`tests/browser/lib/pages.mjs: without a line: ${missing.join(' ')}; gone: ${gone.join(' ')}`);
  }
  return rows.filter(({ name }) => PAGES[name] !== NO_PAGE).map(({ name, path }) => {
    const { who, number } = PAGES[name];
    if (path.includes('{') && facts[number] === undefined) {
      throw new Error(`${name} (${path}) needs the fact ${number}`);
    }
    return { name, who, path: path.replace(/\{\w+\}/, String(facts[number])) };
  });
}
