// Finds sections that contain every word of the query. Chinese has no spaces, so words are found anywhere in the text.
'use strict';
(() => {
  const field = document.getElementById('search');
  const list = document.getElementById('found');
  const contents = document.querySelector('details.contents');
  if (matchMedia('(max-width: 60rem)').matches) contents.removeAttribute('open');
  field.hidden = false;
  const sections = window.searchData.map(([address, page, heading, text]) => ({
    address, page, heading, text, lower: `${page} ${heading} ${text}`.toLowerCase(), title: heading.toLowerCase(),
  }));
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.replaceChildren();
    list.hidden = words.length === 0;
    if (list.hidden) return;
    const rank = (section) => words.filter((word) => section.title.includes(word)).length;
    const found = sections.filter((section) => words.every((word) => section.lower.includes(word)));
    found.sort((one, other) => rank(other) - rank(one));
    for (const section of found.slice(0, 20)) {
      const link = document.createElement('a');
      link.href = field.dataset.home + section.address;
      link.textContent = section.page === section.heading ? section.page : `${section.page} › ${section.heading}`;
      const at = Math.max(0, section.text.toLowerCase().indexOf(words[0]) - 40);
      const text = document.createElement('p');
      text.textContent = section.text.slice(at, at + 160);
      const item = document.createElement('li');
      item.append(link, text);
      list.append(item);
    }
    if (found.length === 0) list.append(Object.assign(document.createElement('li'), { textContent: field.dataset.nothing }));
  };
  field.addEventListener('input', show);
  list.addEventListener('click', (event) => {
    if (event.target.closest('a')) list.hidden = true;
  });
})();
