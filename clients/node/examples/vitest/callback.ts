/** The program under test: an HTTP server that receives contacts events (通讯录变更事件). */

import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';

/** What the console shows beside the URL, and the corp's id. */
export interface Credentials {
  token: string;
  encodingAesKey: string;
  corpId: string;
}

/** Returns a server that hands each event to `receive` once. */
export function callbackServer(credentials: Credentials, receive: (changeType: string, userid: string) => void): Server {
  const seen = new Set<string>();
  return createServer(async (request, response) => {
    try {
      const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
      if (request.method === 'GET') {
        // 验证URL有效性
        response.end(open(credentials, query, query.get('echostr') ?? ''));
        return;
      }
      const xml = open(credentials, query, element(await body(request), 'Encrypt'));
      // WeCom sends an event again if the reply is late, so the same event can arrive twice.
      if (!seen.has(xml)) {
        seen.add(xml);
        receive(element(xml, 'ChangeType'), element(xml, 'UserID'));
      }
      response.end();
    } catch {
      response.writeHead(400).end();
    }
  });
}

/** Checks the signature, decrypts, and checks the receiver. */
function open({ token, encodingAesKey, corpId }: Credentials, query: URLSearchParams, encrypted: string): string {
  const parts = [token, query.get('timestamp') ?? '', query.get('nonce') ?? '', encrypted].sort();
  const expected = createHash('sha1').update(parts.join('')).digest();
  const given = Buffer.from(query.get('msg_signature') ?? '', 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('wrong signature');
  const key = Buffer.from(encodingAesKey, 'base64');
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(encrypted, 'base64'), decipher.final()]);
  const plain = padded.subarray(0, padded.length - (padded.at(-1) ?? 0));
  const end = 20 + plain.readUInt32BE(16);
  if (plain.subarray(end).toString() !== corpId) throw new Error('for another corp');
  return plain.subarray(20, end).toString();
}

/** Returns the text of an element, with or without CDATA; empty if it is absent. */
function element(xml: string, name: string): string {
  return new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>`, 's').exec(xml)?.[1] ?? '';
}

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
