import { Agent, request } from 'node:http';

/** The simulator refused a request of the control surface. */
export class ControlError extends Error {
  override readonly name = 'ControlError';

  constructor(
    message: string,
    /** The HTTP status. */
    readonly status: number,
    /** The errcode of the API, if a rule of WeCom forbids the action. */
    readonly errcode?: number,
  ) {
    super(message);
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** The parts of a request besides its method and path. */
export interface Parts {
  /** Replaces the parameters of the path, such as `{id}`. */
  places?: Record<string, string | number>;
  query?: object;
  body?: unknown;
}

/** Sends requests to the control surface. Uses no proxy, because the simulator is on this machine. */
export class Transport {
  // Connections are not kept, because a test can stop the simulator at any time.
  readonly #agent = new Agent({ keepAlive: false });

  constructor(
    readonly url: string,
    readonly timeout: number,
    /** The path of the control surface, which replaces the `/_sim` of the OpenAPI document. */
    readonly root = '/_sim',
  ) {}

  /** Sends a request and returns the JSON of the reply. `path` is the path of the OpenAPI document. */
  async json<T>(method: Method, path: string, parts: Parts = {}): Promise<T> {
    return JSON.parse(await this.send(method, path, parts)) as T;
  }

  /** Sends a request and returns the body of the reply. */
  async send(method: Method, path: string, parts: Parts = {}): Promise<string> {
    const { status, text } = await this.#exchange(method, this.#target(path, parts), parts.body);
    if (status >= 300) throw refusal(status, text);
    return text;
  }

  #target(path: string, { places = {}, query = {} }: Parts): URL {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = places[name];
      if (value === undefined) throw new TypeError(`the path ${path} needs ${name}`);
      return encodeURIComponent(value);
    });
    const target = new URL(filled.replace(/^\/_sim/, this.root), this.url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) target.searchParams.set(name, String(value));
    }
    return target;
  }

  #exchange(method: Method, target: URL, body: unknown): Promise<{ status: number; text: string }> {
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const headers = content ? { 'content-type': 'application/json', 'content-length': content.length } : {};
      const call = request(target, { method, headers, agent: this.#agent, timeout: this.timeout }, (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.on('error', reject);
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      });
      call.on('timeout', () => call.destroy(new Error(`no reply to ${method} ${target.pathname} in ${this.timeout} ms`)));
      call.on('error', reject);
      call.end(content);
    });
  }
}

function refusal(status: number, text: string): ControlError {
  try {
    const { error, errcode } = JSON.parse(text) as { error: string; errcode?: number };
    return new ControlError(error, status, errcode);
  } catch {
    return new ControlError(`unexpected reply with status ${status}: ${text.slice(0, 200)}`, status);
  }
}
