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
