// The page is whole without this. It adds: a timeline that zooms and pans and switches its lanes, a filter over the whole page (text and time), copy buttons, ticks
// that stay, contents that follow, folded parts that open for a link and for printing. Nothing is loaded, nothing leaves the page.
const all = (query, within = document) => [...within.querySelectorAll(query)];
const make = (tag, props = {}, ...children) => { const e = Object.assign(document.createElement(tag), props); e.append(...children); return e; };
const data = JSON.parse(document.getElementById("data").textContent);
const lower = s => s.toLowerCase();

// Filter over the page: words and a range of time. What is filtered carries data-item, and data-from and data-to where it has a time.
const filter = { words: [], from: -Infinity, to: Infinity };
const items = all("[data-item]");
const texts = new Map(items.map(e => [e, lower(e.textContent)]));
const find = make("input", { className: "find", type: "search", id: "find-words", placeholder: "node, registry, namespace, cause, text …" });
const told = make("output"), clear = make("button", { type: "button", textContent: "clear" });
const shows = e => {
  const from = e.dataset.from === undefined ? null : Number(e.dataset.from), to = Number(e.dataset.to);
  return (from === null || (to >= filter.from && from <= filter.to)) && filter.words.every(w => texts.get(e).includes(w));
};
const clock = (ms, days) => new Date(ms).toISOString().slice(days ? 5 : 11, 19).replace("T", " ");
function apply() {
  const seen = items.filter(e => { const good = shows(e); e.classList.toggle("out", !good); return good; });
  const ranged = filter.from !== -Infinity, on = ranged || filter.words.length > 0;
  told.textContent = on ? `${seen.length} of ${items.length} shown` + (ranged ? `, ${clock(filter.from)} to ${clock(filter.to)}` : "") : "";
  clear.hidden = !on;
}
find.addEventListener("input", () => { filter.words = lower(find.value).split(/\s+/).filter(Boolean); apply(); });
const pick = word => { find.value = word; find.dispatchEvent(new Event("input")); };
if (items.length) {
  const names = make("datalist", { id: "find-names" });
  for (const name of new Set(data.lanes.filter(l => l.name && l.kind !== "incident").map(l => l.name))) names.append(make("option", { value: name }));
  find.setAttribute("list", "find-names");
  const label = make("label", { htmlFor: "find-words", textContent: "Filter" });
  document.querySelector("main").prepend(make("div", { id: "find", className: "tools" }, label, find, names, told, clear));
  clear.addEventListener("click", () => { pick(""); filter.from = -Infinity; filter.to = Infinity; if (data.n > 1) view.whole(); apply(); });
  apply();
  all("g[data-pick]").forEach(g => { // a piece of who spent a budget
    const act = () => { const on = g.getAttribute("aria-pressed") !== "true"; pick(on ? g.dataset.pick : ""); };
    g.setAttribute("tabindex", 0);
    g.setAttribute("role", "button");
    g.setAttribute("aria-label", g.querySelector("title").textContent);
    g.setAttribute("aria-pressed", "false");
    g.addEventListener("click", act);
    g.addEventListener("keydown", e => { if (e.key !== "Enter" && e.key !== " ") return; e.preventDefault(); act(); });
  });
  find.addEventListener("input", () => all("g[data-pick]").forEach(g => g.setAttribute("aria-pressed", String(find.value !== "" && g.dataset.pick === find.value))));
  all("summary[data-pick]").forEach(s => {
    if (!s.dataset.pick) return;
    const button = make("button", { type: "button", className: "pick", textContent: "only this" });
    button.setAttribute("aria-label", "show only " + s.dataset.pick);
    button.addEventListener("click", () => pick(s.dataset.pick));
    s.parentElement.after(button); // beside the branch, not within: a closed one can be picked, too
  });
}

const NS = "http://www.w3.org/2000/svg";
const shape = (tag, attrs, text) => {
  const e = document.createElementNS(NS, tag);
  for (const [k, v] of Object.entries(attrs)) e.setAttribute(k, v);
  if (text !== undefined) e.textContent = text;
  return e;
};
// Times under a picture at round moments, as the page was printed with (pm_html_ticks).
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000], DAY = 86400e3;
function ticks(from, to, left, right, base) {
  const span = to - from, g = shape("g", { class: "ticks" });
  const step = 1e3 * (STEPS.find(s => span / (s * 1e3) < 9) || Math.ceil(span / 8 / DAY) * 86400);
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
    const x = left + (t - from) / span * (right - left), stamp = new Date(t).toISOString();
    const words = step >= DAY ? stamp.slice(5, 10) : stamp.slice(span > DAY ? 5 : 11, step < 60e3 ? 19 : 16).replace("T", " ");
    g.append(shape("path", { class: "s-tick", d: `M${x},${base}v4` }), shape("text", { x, y: base + 15, "text-anchor": x < left + 30 ? "start" : x > right - 30 ? "end" : "middle" }, words));
  }
  return g;
}

// The charts below the timeline show the range that it shows: what moves is stretched, what is said beside a moment goes with it.
const CHART = { left: 58, right: 1028, room: 970 };
const charts = all("svg.chart").map(svg => ({ svg, from: Number(svg.dataset.from), to: Number(svg.dataset.to), moves: svg.querySelector(".moves"), words: all("text.at", svg).map(e => ({ e, t: Number(e.dataset.t), x: e.getAttribute("x") })) }));
function stretch(from, to, whole) {
  for (const c of charts) {
    const [a, b] = whole ? [c.from, c.to] : [from, to], by = (c.to - c.from) / (b - a), base = c.svg.viewBox.baseVal.height - 20;
    c.moves.setAttribute("transform", whole ? "" : `scale(${by},1) translate(${(c.from - a) / (c.to - c.from) * CHART.room},0)`);
    for (const w of c.words) {
      const x = CHART.left + (w.t - a) / (b - a) * CHART.room, left = x > CHART.left + CHART.room / 2;
      w.e.setAttribute("x", whole ? w.x : Math.min(Math.max(x, CHART.left), CHART.right) + (left ? -4 : 4));
      w.e.setAttribute("text-anchor", left ? "end" : "start");
    }
    c.svg.querySelector(".ticks").replaceWith(ticks(a, b, CHART.left, CHART.right, base));
  }
}
charts.forEach(c => { // what a column says is told below it at once, and stays for who touches
  const told = make("li", { className: "told" });
  told.setAttribute("aria-live", "polite");
  c.svg.parentElement.nextElementSibling.append(told);
  const say = e => { const column = e.target.closest(".says"); if (column) told.textContent = column.textContent; };
  c.svg.addEventListener("pointermove", say);
  c.svg.addEventListener("pointerdown", say);
});

// The timeline.
const view = { kind: "registry", from: data.from, to: data.from + data.step * data.n, whole() {} };
const card = document.getElementById("lanes");
if (card && data.n > 1) {
  const W = 1040, L = 190, R = 12, ROW = 26, TOP = 20, MARKS = 18, first = data.from, last = data.from + data.step * data.n;
  const svg = shape("svg", { class: "live", tabindex: 0, role: "application", "aria-label": "timeline: arrows pan, plus and minus zoom, 0 shows all, drag selects a range" });
  const says = make("p", { id: "says" });
  says.setAttribute("aria-live", "polite");
  const x = t => L + (t - view.from) / (view.to - view.from) * (W - L - R);
  const time = px => view.from + (px - L) / (W - L - R) * (view.to - view.from);
  const lanes = () => data.lanes.filter(l => l.kind === view.kind);
  const label = l => l.kind === "incident" ? l.id + ". " + l.name : l.name;
  const short = name => name.length > 25 ? name.slice(0, 11) + "…" + name.slice(-13) : name;
  const inside = px => Math.min(Math.max(px, L), W - R);
  let dragged = null;
  function axis(base) {
    svg.append(shape("line", { class: "s-axis", x1: L, y1: base, x2: W - R, y2: base }), ticks(view.from, view.to, L, W - R, base));
  }
  function bars(lane, base, top) {
    const wide = x(view.from + data.step) - L, room = ROW - 6, w = wide > 3 ? wide - 1 : Math.max(wide, 1);
    for (const [k, ok, failed, cached = 0, waiting = 0] of lane.steps) {
      const t = first + k * data.step;
      if (t + data.step <= view.from || t >= view.to) continue;
      const at = inside(x(t)), end = inside(x(t) + w), width = Math.max(end - at, 0.5), bad = room * failed / top, good = room * ok / top;
      if (failed) svg.append(shape("rect", { class: "s-bad", x: at, y: base - bad, width, height: bad }));
      if (ok) svg.append(shape("rect", { class: "s-ok", x: at, y: base - bad - good, width, height: good }));
      if (cached) svg.append(shape("rect", { class: "s-cached", x: at, y: base + 1, width, height: 2 }));
      if (waiting) svg.append(shape("rect", { class: "s-wait", x: at, y: base + 3, width, height: 2 }));
    }
  }
  const number = (at, taken) => { // numbers of incidents that began together stand beside each other
    while (taken.some(t => Math.abs(t - at) < 12)) at += 12;
    taken.push(at);
    return at;
  };
  function bands(height) {
    const taken = [];
    for (const i of data.incidents) {
      if (i.from === null || i.to < view.from || i.from > view.to) continue;
      const at = inside(x(i.from)), end = inside(x(i.to)), a = shape("a", { href: "#incident-" + i.id });
      a.append(shape("rect", { class: "s-band s-" + i.severity, x: at, y: 0, width: Math.max(end - at, 3), height }), shape("text", { x: number(at + 2, taken), y: 12 }, i.id), shape("title", {}, i.title));
      svg.append(a);
    }
  }
  function marks(base) {
    for (const m of data.marks) {
      if (m.t < view.from || m.t > view.to) continue;
      const at = x(m.t), p = shape("path", { class: "s-mark", d: `M${at - 4},${base - 12}h8l-4,8z` });
      p.append(shape("title", {}, `${clock(m.t, true)} ${m.what}: ${m.detail}`));
      svg.append(p);
    }
  }
  function draw() {
    const rows = lanes(), base = TOP + rows.length * ROW, height = base + MARKS + 20;
    const top = Math.max(1, ...rows.flatMap(l => l.steps.map(s => s[1] + s[2])));
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${W} ${height}`);
    bands(base);
    rows.forEach((l, i) => {
      const y = TOP + (i + 1) * ROW, name = label(l);
      svg.append(shape("line", { class: "s-axis", x1: L, y1: y - 4, x2: W - R, y2: y - 4 }));
      svg.append(shape("text", { class: "lane", x: L - 8, y: y - 6, "text-anchor": "end" }, short(name)));
      bars(l, y - 4, top);
    });
    marks(base + MARKS);
    axis(base + MARKS);
    if (dragged) svg.append(shape("rect", { class: "s-pick", x: Math.min(dragged.from, dragged.to), y: 0, width: Math.abs(dragged.to - dragged.from), height: base }));
  }
  function look(from, to) {
    const span = Math.min(Math.max(to - from, data.step * 2), last - first);
    from = Math.min(Math.max(from, first), last - span);
    view.from = from;
    view.to = from + span;
    draw();
    stretch(view.from, view.to, span >= last - first);
  }
  view.whole = () => look(first, last);
  const zoom = (by, at = (view.from + view.to) / 2) => look(at - (at - view.from) * by, at + (view.to - at) * by);
  const pan = share => { const by = (view.to - view.from) * share; look(view.from + by, view.to + by); };
  const place = e => {
    const box = svg.getBoundingClientRect(), scale = W / box.width;
    return { x: (e.clientX - box.left) * scale, y: (e.clientY - box.top) * scale };
  };
  const laneAt = y => lanes()[Math.floor((y - TOP) / ROW)];
  const select = (from, to) => {
    filter.from = from;
    filter.to = to;
    apply();
    look(from, to);
    says.textContent = `The page shows what happened from ${clock(from, true)} to ${clock(to, true)}; "clear" shows all.`;
  };
  const fingers = new Map();
  let moved = false;
  svg.addEventListener("pointerdown", e => {
    fingers.set(e.pointerId, place(e).x);
    moved = false;
    if (e.pointerType !== "touch" && e.button === 0 && place(e).x >= L) dragged = { from: inside(place(e).x), to: inside(place(e).x) };
  });
  svg.addEventListener("pointermove", e => {
    const p = place(e), before = fingers.get(e.pointerId);
    if (dragged) { dragged.to = inside(p.x); moved = moved || Math.abs(dragged.to - dragged.from) > 4; if (moved) { svg.setPointerCapture(e.pointerId); draw(); } }
    else if (e.pointerType === "touch" && before !== undefined) {
      const others = [...fingers].filter(([id]) => id !== e.pointerId).map(([, at]) => at);
      if (others.length) { const was = Math.abs(before - others[0]), is = Math.abs(p.x - others[0]); if (was > 8 && is > 8) zoom(was / is, time(others[0])); }
      else pan((before - p.x) / (W - L - R));
      moved = true;
      fingers.set(e.pointerId, p.x);
    } else {
      const lane = laneAt(p.y), t = time(p.x), k = Math.floor((t - first) / data.step);
      if (!lane || p.x < L) return;
      const s = lane.steps.find(s => s[0] === k) || [k, 0, 0, 0, 0];
      says.textContent = `${clock(first + k * data.step, true)} · ${label(lane)}: ${s[2]} failed, ${s[1]} good, ${s[3] || 0} already there, ${s[4] || 0} back-off`;
    }
  });
  const lift = e => {
    fingers.delete(e.pointerId);
    const drag = dragged;
    dragged = null;
    if (drag && moved) select(time(Math.min(drag.from, drag.to)), time(Math.max(drag.from, drag.to)));
  };
  svg.addEventListener("pointerup", lift);
  svg.addEventListener("pointercancel", e => { fingers.delete(e.pointerId); dragged = null; draw(); });
  svg.addEventListener("click", e => {
    const p = place(e), lane = laneAt(p.y);
    if (moved || !lane || e.target.closest("a")) return;
    if (lane.kind === "incident") location.hash = "incident-" + lane.id;
    else pick(lane.name);
    says.textContent = `${label(lane)} is picked; "clear" shows all.`;
  });
  svg.addEventListener("dblclick", () => view.whole());
  svg.addEventListener("wheel", e => { // alone it scrolls the page, as everywhere
    if (!e.ctrlKey && !e.shiftKey && !e.altKey) return;
    e.preventDefault();
    zoom((e.deltaY || e.deltaX) > 0 ? 1.25 : 0.8, time(place(e).x));
  }, { passive: false });
  const keys = { ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2), "+": () => zoom(0.7), "=": () => zoom(0.7), "-": () => zoom(1.4), 0: view.whole, Home: view.whole, Enter: () => select(view.from, view.to) };
  svg.addEventListener("keydown", e => { if (!keys[e.key]) return; e.preventDefault(); keys[e.key](); if (e.key !== "Enter") says.textContent = `${clock(view.from, true)} to ${clock(view.to, true)}`; });
  const kinds = make("select", { id: "lanes-by" });
  for (const kind of ["registry", "node", "namespace", "incident"])
    if (data.lanes.some(l => l.kind === kind)) kinds.append(make("option", { value: kind, textContent: kind }));
  kinds.addEventListener("change", () => { view.kind = kinds.value; draw(); });
  const button = (text, name, act) => { const b = make("button", { type: "button", textContent: text, title: name }); b.setAttribute("aria-label", name); b.addEventListener("click", act); return b; };
  card.querySelector(".scroll").replaceWith(make("div", { className: "tools" }, make("label", { htmlFor: "lanes-by", textContent: "Lanes by" }), kinds,
    button("+", "zoom in", () => zoom(0.7)), button("−", "zoom out", () => zoom(1.4)), button("◀", "earlier", () => pan(-0.3)), button("▶", "later", () => pan(0.3)), button("all", "the whole time", view.whole)),
    make("div", { className: "scroll", id: "lanes-drawn" }, svg));
  card.querySelector(".legend").append(make("li", { className: "k-mark", textContent: "trigger, recovery, quota, GC, restart, alert (hover tells)" }));
  card.querySelector(".legend").before(says);
  says.textContent = "Drag over the lanes to see one time on the whole page; a click on a lane picks it, Ctrl and the wheel zoom.";
  draw();
}

// Long tables have a filter of their own.
all("table[data-filter]").forEach(table => {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 12) return;
  const input = make("input", { className: "filter", type: "search", placeholder: "filter " + rows.length + " rows" });
  input.setAttribute("aria-label", "filter rows");
  input.addEventListener("input", () => {
    const words = lower(input.value).split(/\s+/).filter(Boolean);
    rows.forEach(r => { r.hidden = !words.every(w => lower(r.textContent).includes(w)); });
  });
  table.parentNode.parentNode.insertBefore(input, table.parentNode);
});

// Copying.
if (navigator.clipboard) all("pre.copyable").forEach(pre => {
  const text = pre.textContent, button = make("button", { className: "copy", type: "button", textContent: "copy" });
  button.addEventListener("click", () => navigator.clipboard.writeText(text).then(() => { button.textContent = "copied"; setTimeout(() => { button.textContent = "copy"; }, 2000); }));
  pre.append(button);
});

// Ticks stay in the page's own storage, by what the incident is: another collection of the same incident keeps them.
const kept = (key, value) => { try { if (value === undefined) return localStorage.getItem(key); value ? localStorage.setItem(key, "1") : localStorage.removeItem(key); } catch { /* none is allowed here */ } return null; };
all("input[data-tick]").forEach(box => {
  const key = "pullmortem-" + box.dataset.tick, show = () => box.closest("li").classList.toggle("done", box.checked);
  box.checked = kept(key) === "1";
  box.addEventListener("change", () => { kept(key, box.checked); show(); });
  show();
});

// The contents say where one is.
const links = new Map(all("nav.contents a").map(a => [a.getAttribute("href").slice(1), a]));
const follow = new IntersectionObserver(() => { // the last part that began above the upper third of the window
  const began = scrollY < 8 ? [] : [...links.keys()].filter(id => id !== "main" && document.getElementById(id).getBoundingClientRect().top < innerHeight * 0.3), here = links.get(began.pop() || "main");
  links.forEach(a => a.removeAttribute("aria-current"));
  here.setAttribute("aria-current", "true");
}, { rootMargin: "0px 0px -70% 0px", threshold: [0, 1] });
links.forEach((a, id) => { const e = document.getElementById(id); if (e && id !== "main") follow.observe(e); });

// Folds open for what is linked, and for paper.
const unfold = e => { for (; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true; };
const linked = () => { const e = location.hash.length > 1 && document.getElementById(location.hash.slice(1)); if (e) { unfold(e); e.classList.remove("out"); } };
addEventListener("hashchange", linked);
linked();
addEventListener("beforeprint", () => all("details:not(.around, .rest)").forEach(d => { d.open = true; }));
