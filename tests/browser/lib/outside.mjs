// The world outside the browser: whoever started us answers what only they can.

import { createInterface } from 'node:readline';

export class Outside {
  #out;
  #lines;
  #next = 1;

  constructor(input, output) {
    this.#out = output;
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
  }

  /** The first line: addresses, people, whatever the test knows. */
  async facts() {
    return JSON.parse(await this.#line());
  }

  /** Says what came of a step. */
  tell(value) {
    this.#out.write(`${JSON.stringify(value)}\n`);
  }

  #asking = Promise.resolve();

  /** Asks for something and waits for the answer. One question at a time. */
  async ask(what, more = {}) {
    const answer = this.#asking.then(async () => {
      const number = this.#next++;
      this.tell({ ask: what, number, ...more });
      const answer = JSON.parse(await this.#line());
      if (answer.number !== number) {
        throw new Error(`asked ${number} (${what}), answered ${answer.number}`);
      }
      if (answer.failed !== undefined) {
        throw new Error(`${what}: ${answer.failed}`);
      }
      return answer.answer;
    });
    this.#asking = answer.catch(() => {});
    return answer;
  }

  /** A one-time code of this person's authenticator; each is used once, the fourth within a minute is waited for. */
  code(login) {
    return this.ask('code', { person: login });
  }

  /** A secret that the product gave: it must stand in no file of the run. */
  secret(value) {
    this.tell({ secret: value });
  }

  /** `sekisho … --json` on this person's computer: `{ code, out, err }`. */
  sekisho(login, ...args) {
    return this.ask('sekisho', { person: login, args: args.map(String) });
  }

  /** The entries of the ledger of one kind. */
  events(kind) {
    return this.ask('events', { kind });
  }

  async #line() {
    const { value, done } = await this.#lines.next();
    if (done) {
      // Whoever started us is gone: the browser goes with us.
      process.exit(2);
    }
    return value;
  }
}
