/** The program under test: it keeps a copy of the corp's members. */

/** 系统繁忙: the call was not executed and can be repeated. */
const BUSY = -1;
/** The token is invalid or has expired. */
const TOKEN_ERRORS = [40014, 42001];

/** The refusal of a call by WeCom. */
export class WeComError extends Error {
  constructor({ errcode, errmsg }) {
    super(`${errmsg} (errcode ${errcode})`);
    this.errcode = errcode;
  }
}

export class Contacts {
  /** The names of the members by userid. */
  names = new Map();
  #token;

  /** `sleep` waits for a number of seconds. */
  constructor({ url, corpId, secret, sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000)) }) {
    Object.assign(this, { url, corpId, secret, sleep });
  }

  /** Reads all members of the departments that the app sees. */
  async load() {
    this.names.clear();
    for (const { id } of (await this.#call('department/simplelist')).department_id) {
      for (const member of (await this.#call('user/simplelist', { department_id: id })).userlist) {
        this.names.set(member.userid, member.name);
      }
    }
  }

  /** Calls an endpoint. Replaces an invalid token once, and repeats the call while WeCom is busy. */
  async #call(path, query = {}) {
    for (let attempt = 1; ; attempt += 1) {
      this.#token ??= (await this.#get('gettoken', { corpid: this.corpId, corpsecret: this.secret })).access_token;
      const reply = await this.#get(path, { access_token: this.#token, ...query });
      if (reply.errcode === 0) return reply;
      if (attempt === 3) throw new WeComError(reply);
      if (TOKEN_ERRORS.includes(reply.errcode)) this.#token = undefined;
      else if (reply.errcode === BUSY) await this.sleep(2 ** attempt);
      else throw new WeComError(reply);
    }
  }

  async #get(path, query) {
    return (await fetch(`${this.url}/cgi-bin/${path}?${new URLSearchParams(query)}`)).json();
  }
}
