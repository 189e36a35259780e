// The two ceremonies, and how a page of ours is asked about them.

/** What a page of ours answers. */
export type Answer = Record<string, unknown> & { to?: string };

/** What was not done, in sentences of the gateway's. */
export class Refused extends Error {
  constructor(readonly reasons: string[]) {
    super("refused");
  }
}

/** Sends a form to a page of our own and reads its answer. */
export async function posted(path: string, body: URLSearchParams): Promise<Answer> {
  const response = await fetch(path, {
    method: "POST",
    body,
    credentials: "same-origin",
    redirect: "error",
    headers: { accept: "application/json" },
  });
  const kind = response.headers.get("content-type") ?? "";
  const said: unknown = kind.startsWith("application/json") ? await response.json() : {};
  if (response.ok && typeof said === "object" && said !== null) return said as Answer;
  throw new Refused(reasons(said));
}

function reasons(said: unknown): string[] {
  if (typeof said !== "object" || said === null || !("reasons" in said)) return [];
  const listed = (said as { reasons: unknown }).reasons;
  return Array.isArray(listed) ? listed.filter((one): one is string => typeof one === "string") : [];
}

/** Asks the holder to touch a passkey; the answer as the gateway reads it. */
export async function asked(options: Answer): Promise<string> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  return text(await navigator.credentials.get({ publicKey }));
}

/** Asks the holder to make a passkey; the answer as the gateway reads it. */
export async function made(options: Answer): Promise<string> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  return text(await navigator.credentials.create({ publicKey }));
}

function text(credential: Credential | null): string {
  if (!(credential instanceof PublicKeyCredential)) throw new Refused([]);
  return JSON.stringify(credential.toJSON());
}
