// Small helps on top of pages that work without any script.
(() => {
  "use strict";
  // The error summary takes focus, so that a screen reader and the eye begin there.
  document.querySelector("[data-errors]")?.focus();

  // Character counters: 还可写12个字.
  for (const box of document.querySelectorAll("[data-count]")) {
    const limit = Number(box.dataset.count);
    const line = document.createElement("p");
    line.className = "hint count";
    line.setAttribute("aria-live", "polite");
    box.after(line);
    const show = () => {
      const left = limit - [...box.value].length;
      line.textContent = left >= 0 ? `还可写${left}个字` : `多了${-left}个字`;
    };
    box.addEventListener("input", show);
    show();
  }

  // A second press of a send button does nothing; the server would give the same receipt anyway.
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
      setTimeout(() => delete form.dataset.sent, 8000);
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
  });

  // Buttons that only make sense with scripts: copy and print.
  for (const button of document.querySelectorAll("[data-copy], [data-print]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      if ("print" in button.dataset) return window.print();
      await navigator.clipboard.writeText(button.dataset.copy);
      button.querySelector("[data-word]").textContent = "已复制";
    });
  }
})();
