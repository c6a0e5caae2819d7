// Words typed into the submission form are kept on this device until the server has them. An extra beside the server's
// own draft: for a lost network, a closed window, a flat battery. Contact details and files are never kept here.
(() => {
  "use strict";
  const PREFIX = "jianyan-draft:";
  const SHARED = "jianyan-shared";
  const DAYS = 30;
  let store;
  try {
    store = window.localStorage;
    store.getItem(PREFIX);
  } catch {
    return; // storage is off: everything else works without it
  }

  const names = () => Object.keys(store).filter((key) => key.startsWith(PREFIX));
  const clear = () => names().forEach((key) => store.removeItem(key));
  const read = (key) => {
    try {
      const held = JSON.parse(store.getItem(key));
      if (held && Date.now() - held.at < DAYS * 864e5) return held;
    } catch { /* somebody else's or an older form: away with it */ }
    store.removeItem(key);
    return null;
  };
  const fields = (form) => [...form.querySelectorAll("textarea, input:not([type]), input[type=text]")].filter((box) => box.name);

  const form = document.querySelector("form[data-draft]");
  const offline = document.querySelector("[data-offline]");

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-draft-clear]")) {
      clear();
      for (const part of document.querySelectorAll("[data-draft-shown], [data-draft-note], [data-draft-kept]")) part.hidden = true;
    }
    if (event.target.closest("[data-draft-shared]")) {
      clear();
      store.setItem(SHARED, "1");
      for (const part of document.querySelectorAll("[data-draft-note], [data-draft-kept]")) part.hidden = true;
      document.querySelector("[data-draft-not]").hidden = false;
    }
    if (event.target.closest("[data-draft-own]")) {
      store.removeItem(SHARED);
      document.querySelector("[data-draft-not]").hidden = true;
    }
  });

  if (document.querySelector("[data-draft-done]")) clear();

  if (offline) {
    const list = offline.querySelector("[data-draft-list]");
    for (const key of names()) {
      for (const text of Object.values(read(key)?.words || {})) {
        if (text) list.append(Object.assign(document.createElement("p"), { textContent: text, className: "pre" }));
      }
    }
    offline.querySelector("[data-draft-shown]").hidden = !list.children.length;
    return;
  }

  // A step that could be opened after a sending proves that the server has what was sent before it.
  const key = PREFIX + (form ? form.dataset.draft : "");
  for (const other of names()) if (other !== key && read(other)?.sent) store.removeItem(other);
  if (!form) return;

  const part = (name) => document.querySelector(`[data-draft-${name}]`);
  const note = part("note");
  const kept = part("kept");
  part("not").hidden = !store.getItem(SHARED);

  const held = read(key);
  const boxes = fields(form);
  const missing = held ? boxes.filter((box) => held.words[box.name] && held.words[box.name].trim() !== box.value.trim()) : [];
  if (missing.length) {
    const list = note.querySelector("[data-draft-list]");
    list.replaceChildren(...missing.map((box) => Object.assign(document.createElement("p"), { textContent: held.words[box.name], className: "pre" })));
    note.hidden = false;
    note.querySelector("[data-draft-back]").addEventListener("click", () => {
      for (const box of missing) {
        box.value = held.words[box.name];
        box.dispatchEvent(new Event("input", { bubbles: true }));
      }
      note.hidden = true;
      missing[0].focus();
    });
  } else if (held) {
    store.removeItem(key);
  }

  const keep = (sent) => {
    if (store.getItem(SHARED)) return;
    const words = Object.fromEntries(boxes.map((box) => [box.name, box.value]).filter(([, text]) => text.trim()));
    try {
      if (Object.keys(words).length) store.setItem(key, JSON.stringify({ at: Date.now(), sent, words }));
      else store.removeItem(key);
      kept.hidden = !Object.keys(words).length;
    } catch { /* full: the server's draft is the real one */ }
  };
  let timer;
  form.addEventListener("input", (event) => {
    if (!boxes.includes(event.target)) return;
    clearTimeout(timer);
    timer = setTimeout(keep, 300, false);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); keep(true); });
})();
