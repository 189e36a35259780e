// A line from an address of its own to the site, and to nowhere else.
//
// Chromium is told to use it as its proxy (RFC 9110 §9.3.6, CONNECT): TLS goes through untouched, the gateway sees the
// address that the person stands at, and whatever else is asked for is refused, and remembered.

import { createServer } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';

/** What Chromium itself asks its maker for. A page that asked them would be seen asking (`Seat`). */
const CHROMIUMS_OWN = /(^|\/\/|\.)(googleapis|google|gstatic|gvt1)\.com([:/]|$)/;

/** Where people read their mail. The story answers there itself (`Seat.fromMail`); Chromium dials ahead all the same. */
export const MAIL = 'https://mail.test';

export class Door {
  /** Who else was asked for, as `name:port`. */
  strangers = [];
  #server;
  #sockets = new Set();
  #isCut = false;

  /** `names`: the `name:port`s that lead to `gateway` (`{ host, port }`); `from`: the address to come from. */
  static async open({ names, gateway, from }) {
    const door = new Door();
    door.#server = createServer((request, response) => {
      door.#refuses(request.url);
      response.writeHead(403).end();
    });
    door.#server.on('connect', (request, client, head) => {
      if (!names.includes(request.url)) {
        door.#refuses(request.url);
        client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        return;
      }
      door.#join(client, head, gateway, from);
    });
    door.#server.listen(0, '127.0.0.1');
    await once(door.#server, 'listening');
    return door;
  }

  get server() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  #refuses(name) {
    if (!CHROMIUMS_OWN.test(name) && name !== `${new URL(MAIL).host}:443`) this.strangers.push(name);
  }

  #join(client, head, gateway, from) {
    if (this.#isCut) {
      client.destroy();
      return;
    }
    const site = connect({ ...gateway, localAddress: from });
    for (const socket of [client, site]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        site.destroy();
      });
    }
    site.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      site.write(head);
      client.pipe(site).pipe(client);
    });
  }

  /** The line is lost: what is open ends, what is dialled fails. */
  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  /** The line is back. */
  mend() {
    this.#isCut = false;
  }

  close() {
    this.cut();
    this.#server.close();
  }
}
