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
  // A form that lies open untouched is no sign that somebody is there: the sign-out for idleness goes on counting.
  let touched = true;
  for (const sign of ["input", "keydown", "pointerdown", "scroll"]) {
    document.addEventListener(sign, () => { touched = true; }, { passive: true });
  }
  const timer = setInterval(async () => {
    const headers = touched ? {} : { "X-Quiet": "1" };
    touched = false;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("act", form.dataset.deskAct);
    try {
      const answer = await fetch(form.dataset.deskLock, { method: "POST", body, headers });
      if (answer.status !== 409 && answer.status !== 401) return;
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
