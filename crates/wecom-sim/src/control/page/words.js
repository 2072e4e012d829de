// The language of the page. words.json has each text in English and Chinese.

const KEY = 'wecom-sim-language';
const words = await (await fetch('page/words.json')).json();

const stored = () => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // A browser can forbid the storage.
  }
};

let chosen = ['en', 'zh'].includes(stored()) ? stored() : /^zh\b/i.test(navigator.language) ? 'zh' : 'en';

export const language = () => chosen;

export const choose = (wanted) => {
  chosen = wanted;
  try {
    localStorage.setItem(KEY, wanted);
  } catch {
    // The choice then lasts until the page is closed.
  }
};

/** Returns a text in the chosen language. `{name}` in it becomes the value of this name. */
export const say = (key, values = {}) => words[key][chosen].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** Returns a time of the virtual clock. */
export const time = (milliseconds) =>
  new Date(milliseconds).toLocaleString(chosen === 'zh' ? 'zh-CN' : 'en-GB', { hour12: false, dateStyle: 'medium', timeStyle: 'medium' });
