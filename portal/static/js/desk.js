// j and k step through the queue an item was opened from. An extra: the links themselves need no script.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const link = document.querySelector(`[data-desk-key="${CSS.escape(event.key)}"]`);
  if (link) link.click();
});

// Printing needs a script, so its button is only shown by one.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// While the form of an act is open, its lock lives on; who lost it is told before they type more.
for (const form of document.querySelectorAll("[data-desk-lock]")) {
  const timer = setInterval(async () => {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("act", form.dataset.deskAct);
    try {
      const answer = await fetch(form.dataset.deskLock, { method: "POST", body });
      if (answer.status !== 409) return;
      clearInterval(timer);
      const line = document.createElement("p");
      line.className = "desk-risk";
      line.setAttribute("role", "alert");
      line.textContent = await answer.text();
      form.prepend(line);
    } catch {
      // The line is down; the next ping tries again.
    }
  }, 120000);
}

// The keys only work with this script, so only it says that they do.
for (const hint of document.querySelectorAll("[data-desk-hint]")) hint.hidden = false;
