// A line from an address of its own to the site, and to nowhere else.
//
// Chromium is told to use it as its proxy (RFC 9110 §9.3.6, CONNECT): TLS goes through untouched, the gateway sees the
// address that the person stands at, and whatever else a page or Chromium itself would like to reach is refused and
// remembered.

import { createServer } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';

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
      door.strangers.push(request.url);
      response.writeHead(403).end();
    });
    door.#server.on('connect', (request, client, head) => {
      if (!names.includes(request.url)) {
        door.strangers.push(request.url);
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
