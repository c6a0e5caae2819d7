// Words to go on with while somebody types. An extra: the box works without it, and asks nobody but this site.
for (const box of document.querySelectorAll("input[data-complete]")) {
  const list = document.createElement("datalist");
  list.id = `${box.id}-words`;
  box.after(list);
  box.setAttribute("list", list.id);
  let timer;
  let asked = "";
  const ask = async () => {
    const text = box.value.trim();
    // A word picked from the list is not asked about again.
    if (!text || text === asked || [...list.children].some((option) => option.value === text)) return;
    asked = text;
    try {
      const answer = await fetch(`${box.dataset.complete}?q=${encodeURIComponent(text.slice(0, 40))}`);
      if (!answer.ok || box.value.trim() !== text) return;
      const { words } = await answer.json();
      list.replaceChildren(...words.map((word) => Object.assign(document.createElement("option"), { value: word })));
    } catch {
      // Without an answer the box is what it was.
    }
  };
  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, 250);
  });
  box.addEventListener("compositionend", () => { timer = setTimeout(ask, 250); });
}
