// Comforts on top of pages that work with this file missing. No inline code anywhere: the policy forbids it.
(() => {
  "use strict";

  // Words that only scripts write, in the writing of the page.
  const WORDS = {
    "zh-Hant": { left: (n) => `還可以寫${n}字`, over: (n) => `多了${n}字`, copied: "已複製" },
    en: { left: (n) => `${n} characters left`, over: (n) => `${n} characters too many`, copied: "Copied" },
  }[document.documentElement.lang] || { left: (n) => `还可以写${n}字`, over: (n) => `多了${n}字`, copied: "已复制" };

  // After an error the summary is what the reader must meet first.
  const focusErrors = (scope) => scope.querySelector("[data-errors]")?.focus();

  // 还可写12个字: characters as people count them, an emoji is one. The server's limit is the real one.
  const counter = (box) => {
    if (box.dataset.counting) return;
    box.dataset.counting = "1";
    const limit = Number(box.dataset.count);
    const line = document.createElement("p");
    line.className = "hint count";
    line.setAttribute("aria-live", "polite");
    box.after(line);
    const show = () => {
      const left = limit - [...box.value.replace(/\r\n/g, "\n")].length;
      const number = Math.abs(left).toLocaleString("zh-CN");
      line.textContent = left >= 0 ? WORDS.left(number) : WORDS.over(number);
      line.classList.toggle("over", left < 0);
    };
    let timer;
    // A screen reader should hear the number after a pause, not at every key.
    box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 400); });
    show();
  };

  // Plain http on an intranet has no clipboard object.
  const copied = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "vh" });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if ("print" in button.dataset) { window.print(); return; }
    const word = button.querySelector("[data-word]");
    if (!(await copied(button.dataset.copy)) || !word || word.dataset.was) return;
    word.dataset.was = word.textContent;
    word.textContent = WORDS.copied;
    setTimeout(() => { word.textContent = word.dataset.was; delete word.dataset.was; }, 3000);
  });

  // A second press while the first is on its way is swallowed; the server would give the same receipt anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // What only makes sense with scripts is hidden in the page and shown here, also in what htmx brings.
  const dress = (scope) => {
    for (const button of scope.querySelectorAll("[data-copy], [data-print]")) button.hidden = false;
    for (const box of scope.querySelectorAll("[data-count]")) counter(box);
  };
  // The note without a network (portal/worker.js); the page itself needs none of it, so it waits until all is there.
  if (document.querySelector("link[rel=manifest]") && navigator.serviceWorker) {
    window.addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
  }

  document.addEventListener("htmx:afterSwap", (event) => { dress(event.target); focusErrors(event.target); });
  dress(document);
  focusErrors(document);
})();
