// Before anything else: the line, the certificate, and that nobody else is asked for anything.

export default async function trust(stage) {
  const seat = await stage.seat('clerk');
  await stage.step('the console answers over a connection that the browser believes', async () => {
    const answer = await seat.goto('/api/v1/status');
    const security = await answer.securityDetails();
    if (!security?.issuer.startsWith('Sekisho CA')) {
      throw new Error(`the certificate is ${JSON.stringify(security)}`);
    }
    if (answer.status() !== 401) throw new Error(`a stranger is told ${answer.status()}`);
    if (!(await seat.page.evaluate(() => isSecureContext))) throw new Error('passkeys need a secure context');
  });
  await stage.step('a lost line is lost, and one that is mended leads there again', async () => {
    seat.line.cut();
    const lost = await seat.goto('/api/v1/status').then(() => 'answered', (error) => error.message);
    if (!lost.includes('ERR_')) throw new Error(`the line is cut, and the site: ${lost}`);
    seat.line.mend();
    await seat.goto('/api/v1/status');
  });
}
