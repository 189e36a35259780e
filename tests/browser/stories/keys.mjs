// Which keys an engineer gets in with, and which not, with the reason.

import { Authenticator, confirmWords, trustMaker, wordsOf } from '../lib/engineers-key.mjs';
import { addPasskey, signInByPasskey } from '../lib/passkeys.mjs';
import { holds, same } from '../lib/same.mjs';
import { signIn } from '../lib/sign-in.mjs';

export default async function keys(stage) {
  const clerk = await stage.seat('clerk', { device: 'desk', language: 'en' });
  await signIn(clerk, '/passkeys');
  await addPasskey(clerk, 'key', 'the office');
  const engineer = await stage.seat('engineer', { device: 'desk', door: 'engineers' });
  await signIn(engineer, '/passkeys');

  await stage.step('passphrase and code alone show an engineer no work', async () => {
    same((await engineer.goto('/my')).status(), 403, 'the answer');
    await engineer.check();
  });

  const refused = async () => {
    await engineer.field('console-passkey-label').fill('鍵');
    await engineer.button('console-passkey-add').click();
    await engineer.page.locator('form[data-passkey=add]').getByText(engineer.say('reason-passkey-not-attested')).waitFor();
  };

  await stage.step('a key whose maker the hospital does not trust is refused, with what would be taken', async () => {
    await engineer.goto('/passkeys');
    const key = await Authenticator.at(engineer.page, 'key');
    await refused();
    await engineer.check();
    await key.leave();
  });

  await stage.step('the maker is trusted by somebody of the hospital, with a touch', async () => {
    await trustMaker(clerk);
    await clerk.check();
  });

  await stage.step('a key that is copied to other devices is refused, whoever made it', async () => {
    await engineer.goto('/passkeys');
    const synced = await Authenticator.at(engineer.page, 'synced');
    await refused();
    await synced.leave();
  });

  await stage.step('an attested one is a device: its words are read out, heard and ticked', async () => {
    await addPasskey(engineer, 'key', 'セキュリティキー');
    await engineer.check();
    const heard = await wordsOf(engineer);
    same(heard.words.length, 8, 'words');
    await confirmWords(clerk, heard);
    await engineer.leads(() => engineer.button('console-sign-out').click());
    await signInByPasskey(engineer);
    same((await engineer.goto('/my')).status(), 200, 'the answer to an engineer with a confirmed key');
    await engineer.check();
  });

  await stage.step('distrusting the maker takes it away', async () => {
    await clerk.goto('/attestation');
    await clerk.leads(() => clerk.button('console-attestation-remove').click());
    await clerk.sees('done-attestation-distrusted');
    holds((await engineer.goto('/my')).status() !== 200, 'the engineer is out');
  });
}
