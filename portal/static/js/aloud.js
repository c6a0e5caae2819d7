// Large print: the page read aloud by the device's own voice. The button stays hidden where there is none.
(() => {
  "use strict";
  const button = document.querySelector("[data-aloud]");
  const voice = window.speechSynthesis;
  if (!button || !voice || !window.SpeechSynthesisUtterance) return;
  const word = button.querySelector("[data-aloud-word]");
  const SPOKEN = { "zh-hans-cn": "zh-CN", "zh-hans": "zh-CN", "zh-hant": "zh-HK" };
  const LONGEST = 160; // some voices stop in the middle of longer texts

  const shown = (element) => element.checkVisibility ? element.checkVisibility() : element.getClientRects().length > 0;
  const parts = () => {
    const found = [];
    // What stands beside or inside a part that is read is not read twice.
    const blocks = document.querySelectorAll("main :is(h1, h2, h3, h4, p, li, dt, dd, legend, label, th, td, summary)");
    for (const block of blocks) {
      if (!shown(block) || block.closest("[aria-hidden=true], [data-aloud]")) continue;
      if (block.querySelector("h1, h2, h3, h4, p, li, dt, dd, td")) continue;
      const text = block.innerText.replace(/\s+/g, " ").trim();
      const lang = (block.closest("[lang]")?.lang || "zh-CN").toLowerCase();
      for (const piece of text.match(new RegExp(`[^。！？；.!?;]{1,${LONGEST}}[。！？；.!?;]?`, "g")) || []) {
        if (piece.trim()) found.push([piece.trim(), SPOKEN[lang] || lang]);
      }
    }
    return found;
  };

  let reading = false;
  const rest = () => {
    reading = false;
    word.textContent = button.dataset.go;
    button.setAttribute("aria-pressed", "false");
  };
  const next = (queue) => {
    if (!reading) return;
    if (!queue.length) { rest(); return; }
    const [text, lang] = queue.shift();
    const said = new SpeechSynthesisUtterance(text);
    said.lang = lang;
    said.rate = 0.9;
    said.onend = () => next(queue);
    said.onerror = () => { if (reading) { rest(); word.textContent = button.dataset.failed; } };
    voice.speak(said);
  };
  button.addEventListener("click", () => {
    if (reading) { rest(); voice.cancel(); return; }
    voice.cancel();
    reading = true;
    word.textContent = button.dataset.stop;
    button.setAttribute("aria-pressed", "true");
    next(parts());
  });
  window.addEventListener("pagehide", () => voice.cancel());
  button.hidden = false;
})();
