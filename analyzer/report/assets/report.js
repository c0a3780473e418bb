// The page is whole without this: it only adds filters for long tables, a copy button for commands, and opens what is folded before printing.
document.querySelectorAll("table[data-filter]").forEach(table => {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 12) return;
  const input = Object.assign(document.createElement("input"), { className: "filter", type: "search", placeholder: "filter " + rows.length + " rows" });
  input.setAttribute("aria-label", "filter rows");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    rows.forEach(r => { r.hidden = !words.every(w => r.textContent.toLowerCase().includes(w)); });
  });
  table.parentNode.parentNode.insertBefore(input, table.parentNode);
});
if (navigator.clipboard) document.querySelectorAll("pre.command").forEach(pre => {
  const text = pre.textContent, button = Object.assign(document.createElement("button"), { className: "copy", type: "button", textContent: "copy" });
  button.addEventListener("click", () => navigator.clipboard.writeText(text).then(() => { button.textContent = "copied"; }));
  pre.prepend(button);
});
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(d => { d.open = true; }));
