// Calls of the control surface, and the line that shows their errors.

/** Sends a request to a path under /_sim/ and returns the JSON of the reply. */
export const ask = async (path, method = 'GET', body = undefined) => {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const reply = await fetch(path, init);
  const json = await reply.json();
  if (!reply.ok) throw new Error(json.error ?? String(reply.status));
  return json;
};

export const post = (path, body = {}) => ask(path, 'POST', body);
export const put = (path, body) => ask(path, 'PUT', body);

/** Shows one line below the tabs. */
export const note = (text, isBad = false) => {
  const line = document.getElementById('note');
  line.textContent = text;
  line.className = isBad ? 'bad' : '';
};

/** Does an action of the user and shows its error. Returns whether it succeeded. */
export const attempt = async (action, success = '') => {
  try {
    await action();
    note(success);
    return true;
  } catch (error) {
    note(error.message, true);
    return false;
  }
};
