// A person's passkeys: virtual authenticators of the browser (Chromium's WebAuthn domain).
//
// What they attest: format "packed", by a certificate that signs itself with a key that everybody can read in Chromium's
// source (AAGUID 01020304-0506-0708-0102-030405060708). An authenticator belongs to one page.

import { token } from './sign-in.mjs';

const KINDS = {
  /** The telephone's or computer's own, which never leaves it. */
  platform: { transport: 'internal', defaultBackupEligibility: false, defaultBackupState: false },
  /** A security key in the hand. */
  key: { transport: 'usb', defaultBackupEligibility: false, defaultBackupState: false },
  /** One that its maker copies to every device of the person. */
  synced: { transport: 'internal', defaultBackupEligibility: true, defaultBackupState: true },
};

export class Authenticator {
  #session;
  #id;

  /** Plugs one in at this page. */
  static async at(page, kind = 'platform') {
    const authenticator = new Authenticator();
    authenticator.#session = await page.context().newCDPSession(page);
    await authenticator.#send('WebAuthn.enable', { enableUI: false });
    const { authenticatorId } = await authenticator.#send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
        ...KINDS[kind],
      },
    });
    authenticator.#id = authenticatorId;
    return authenticator;
  }

  #send(method, parameters = {}) {
    return this.#session.send(method, parameters);
  }

  #own(method, parameters = {}) {
    return this.#send(method, { authenticatorId: this.#id, ...parameters });
  }

  /** What it holds. */
  async credentials() {
    const { credentials } = await this.#own('WebAuthn.getCredentials');
    return credentials;
  }

  /** The same authenticator, in the person's hand before another page. */
  async alsoAt(page, kind) {
    const there = await Authenticator.at(page, kind);
    for (const credential of await this.credentials()) {
      await there.#own('WebAuthn.addCredential', { credential });
    }
    return there;
  }

  /** Whether the person proves who they are (PIN, finger); without it, that they are there at all is proved. */
  verifies(yes) {
    return this.#own('WebAuthn.setUserVerified', { isUserVerified: yes });
  }

  /** Whether the person touches it when asked. */
  touches(yes) {
    return this.#own('WebAuthn.setAutomaticPresenceSimulation', { enabled: yes });
  }

  /** Pulls it out. */
  leave() {
    return this.#own('WebAuthn.removeVirtualAuthenticator');
  }
}

/** Adds a passkey of this kind at one's own page; the sign-in must be of the last ten minutes. */
export async function addPasskey(seat, kind = 'platform', label = 'スマートフォン') {
  const authenticator = await Authenticator.at(seat.page, kind);
  await seat.goto('/passkeys');
  await seat.field('console-passkey-label').fill(label);
  await seat.leads(() => seat.button('console-passkey-add').click());
  await seat.sees('done-passkey-added');
  return authenticator;
}

/** Signs in by passkey at the page that is shown: one name, one tap, one touch. */
export async function signInByPasskey(seat) {
  await seat.page.locator('form[data-passkey="sign-in"] input[name=login]').fill(seat.person.login);
  await seat.leads(() => seat.button('console-passkey-sign-in').click());
  const shown = await token(seat);
  if (shown === undefined) throw new Error(`${seat.person.login} could not sign in by passkey`);
  seat.stage.outside.secret(shown);
}
