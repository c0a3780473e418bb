// The HTML report in a headless Chromium, used as a person uses it: mouse, keys, touch, no script, paper, light and dark; and seen as it was seen before. Run by
// tests/suites/page, which says what it needs. usage: page.js MODULES CHROMIUM PM ROOT [accept]
//
// Kept pictures lie in testdata/screens/, at half size, in DejaVu Sans (the distribution's fonts-dejavu-core). ACCEPT=1 writes them anew: look at them.
"use strict";
const fs = require("fs"), os = require("os"), path = require("path"), { execFileSync } = require("child_process");
const [,, modules, browserPath, pm, root] = process.argv;
const { chromium } = require(path.join(modules, "playwright-core"));
const accept = process.env.ACCEPT === "1";
const axe = fs.readFileSync(path.join(modules, "axe-core/axe.min.js"), "utf8");
const mermaid = path.join(modules, "mermaid/dist/mermaid.min.js");
const font = '*{font-family:"DejaVu Sans"!important}pre,code,pre *,.mono{font-family:"DejaVu Sans Mono"!important}*{caret-color:transparent!important}#find{position:static!important}';
const TOLERANCE = 0.01; // of the pixels may differ: a browser's next version draws edges a little otherwise
let failed = 0;
const wrong = text => { console.log("WRONG: " + text); failed++; };
const is = (value, text) => { if (!value) wrong(text); };
const BUNDLES = ["demo-hub-quota", "disk-to-quota"];

function make(folder) { // reports under names that say nothing of this machine
  for (const name of BUNDLES) {
    fs.copyFileSync(path.join(root, "testdata/bundles", name, "input.tar.gz"), path.join(folder, name + ".tar.gz"));
    execFileSync(pm, [name + ".tar.gz", "-q", "-o", name + ".html", "-o", name + ".json", "-o", name + ".md"], { cwd: folder });
  }
}
const url = (folder, name) => "file://" + path.join(folder, name + ".html");

async function opened(browser, at, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.on("console", m => { if (["error", "warning"].includes(m.type())) wrong(`console: ${m.text()}`); });
  page.on("pageerror", e => wrong(`error in the page: ${e.message}`));
  page.on("request", r => { if (!r.url().startsWith("file:") && !r.url().startsWith("data:")) wrong(`the page asks for ${r.url()}`); });
  await page.goto(at);
  return page;
}
const shown = page => page.evaluate(() => [...document.querySelectorAll("[data-item]")].filter(e => !e.classList.contains("out")).length);
const axis = page => page.evaluate(() => [...document.querySelectorAll("#lanes-drawn .ticks text")].map(t => t.textContent + "@" + t.getAttribute("x")).join(" "));
const spot = async (page, share, lane = 0) => { // a place of the timeline, in the page's pixels
  await page.locator("#lanes-drawn svg").evaluate(e => e.scrollIntoView({ block: "center", behavior: "instant" }));
  const box = await page.locator("#lanes-drawn svg").boundingBox(), scale = box.width / 1040;
  return { x: box.x + scale * (190 + share * 838), y: box.y + scale * (20 + 26 * lane + 16) };
};

async function timeline(page) {
  const all = await shown(page), whole = await axis(page);
  await page.locator("#lanes").scrollIntoViewIfNeeded();
  let p = await spot(page, 0.02);
  await page.mouse.move(p.x, p.y);
  is(/failed, \d+ good/.test(await page.textContent("#says")), "hovering a lane does not say what is there");
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -300);
  await page.keyboard.up("Control");
  is(await axis(page) !== whole, "Control and the wheel do not zoom");
  await page.locator("#lanes-drawn svg").focus();
  const zoomed = await axis(page);
  await page.keyboard.press("ArrowRight");
  is(await axis(page) !== zoomed, "an arrow does not pan");
  await page.keyboard.press("0");
  is(await axis(page) === whole, "0 does not show the whole time");
  await page.keyboard.press("+");
  is(await axis(page) !== whole, "+ does not zoom");
  await page.keyboard.press("Enter");
  is(await shown(page) < all, "Enter does not filter the page by what is shown");
  await page.click("#find button");
  is(await shown(page) === all && await axis(page) === whole, "clear does not bring all back");
  const chart = () => page.evaluate(() => ["transform", "ticks"].map(what => [...document.querySelectorAll("svg.chart")].map(c => what === "ticks" ? c.querySelector(".ticks").textContent : c.querySelector(".moves").getAttribute("transform")).join()).join());
  const charts = await chart();
  p = await spot(page, 0.001);
  const q = await spot(page, 0.05);
  await page.mouse.move(p.x, p.y);
  await page.mouse.down();
  await page.mouse.move(q.x, q.y, { steps: 5 });
  await page.mouse.up();
  is(await shown(page) < all, "a range that was dragged does not filter the page");
  is(/The page shows what happened from/.test(await page.textContent("#says")), "a range is not said");
  is(await chart() !== charts, "the charts do not show the range that was dragged");
  await page.click("#find button");
  is(await chart() === charts, "the charts do not show the whole time again");
  for (const name of ["zoom in", "later", "the whole time"]) {
    const before = await axis(page);
    await page.click(`button[aria-label="${name}"]`);
    is(await axis(page) !== before, `the button '${name}' does nothing`);
  }
  for (const kind of await page.locator("#lanes-by option").allTextContents()) {
    await page.selectOption("#lanes-by", kind);
    const lanes = await page.evaluate(k => JSON.parse(document.getElementById("data").textContent).lanes.filter(l => l.kind === k).length, kind);
    is(await page.locator("#lanes-drawn text.lane").count() === lanes, `lanes by ${kind}: not ${lanes}`);
  }
  await page.selectOption("#lanes-by", "node");
  p = await spot(page, 0.2, 0);
  await page.mouse.click(p.x, p.y);
  const node = await page.inputValue("#find-words");
  is(node && await shown(page) < all, "a click on a lane does not pick it");
  await page.click("#find button");
  await page.selectOption("#lanes-by", "registry");
}

async function filters(page, report) {
  const all = await shown(page);
  await page.fill("#find-words", "no word of this page");
  is(await shown(page) === 0, "a word that is nowhere leaves something");
  const namespace = report.incidents[0].blast_radius.namespaces[0];
  await page.fill("#find-words", namespace);
  is(await shown(page) > 0 && /\d+ of \d+ shown/.test(await page.textContent("#find output")), `'${namespace}' finds nothing`);
  await page.click("#find button");
  const tree = page.locator("#incident-1 ul.tree summary").first(), only = page.locator("#incident-1 > ul.tree > li > button.pick").first();
  const name = await tree.getAttribute("data-pick");
  await only.click();
  is(await page.inputValue("#find-words") === name, "'only this' does not filter by its branch");
  await page.click("#find button");
  const share = page.locator("g[data-pick]").first();
  await share.click();
  is(await page.inputValue("#find-words") === await share.getAttribute("data-pick"), "a piece of who spent it does not pick");
  is(await share.getAttribute("aria-pressed") === "true", "a picked piece is not said to be pressed");
  await share.focus();
  await page.keyboard.press("Enter");
  is(await page.inputValue("#find-words") === "" && await shown(page) === all, "Enter on a picked piece does not let go");
  const long = page.locator("input.filter").first();
  if (await long.count()) {
    const rows = () => page.evaluate(() => [...document.querySelector("input.filter").nextElementSibling.querySelectorAll("tbody tr")].filter(r => !r.hidden).length);
    const before = await rows();
    await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
    await long.fill("no row has this");
    is(await rows() === 0, "the filter of a long table leaves rows");
    await long.fill("");
    is(await rows() === before, "an empty filter hides rows");
  }
}

async function pieces(page, folder) {
  const pre = page.locator("pre.copyable").first(), text = await pre.evaluate(e => e.firstChild.textContent);
  await pre.locator("button.copy").click();
  is(await page.evaluate(() => navigator.clipboard.readText()) === text, "copy does not copy what stands there");
  is(await pre.locator("button.copy").textContent() === "copied", "copy does not say that it has");
  const box = page.locator("input[data-tick]").first();
  await box.check();
  await page.reload();
  is(await page.locator("input[data-tick]").first().isChecked(), "a tick is gone after a reload");
  is(await page.evaluate(() => document.querySelector("input[data-tick]").closest("li").classList.contains("done")), "a ticked step is not struck through");
  await page.locator("input[data-tick]").first().uncheck();
  await page.goto(url(folder, "disk-to-quota") + "#evidence-2");
  is(await page.evaluate(() => document.getElementById("evidence-2").getBoundingClientRect().top < innerHeight), "a link to evidence does not lead there");
  await page.evaluate(() => document.getElementById("quotas").scrollIntoView());
  await page.waitForTimeout(400);
  is(await page.getAttribute('nav.contents a[href="#quotas"]', "aria-current") === "true", "the contents do not follow");
  const fold = page.locator("details.around summary").first();
  await fold.focus();
  await page.keyboard.press("Enter");
  is(await page.locator("details.around pre").first().isVisible(), "the lines around evidence do not unfold by keys");
}

async function touch(browser, at) { // two fingers that part zoom, one pans
  const page = await opened(browser, at, { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  await page.locator("#lanes").scrollIntoViewIfNeeded();
  const cdp = await page.context().newCDPSession(page), before = await axis(page), a = await spot(page, 0.1), b = await spot(page, 0.2);
  const send = (type, ...points) => cdp.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  await send("touchStart", [a.x, a.y], [b.x, b.y]);
  for (let i = 1; i <= 6; i++) await send("touchMove", [a.x, a.y], [b.x + 12 * i, b.y]);
  await send("touchEnd");
  is(await axis(page) !== before, "two fingers do not zoom");
  await page.context().close();
}

async function bare(browser, at, report) { // without script all of it is there
  const context = await browser.newContext({ javaScriptEnabled: false }), page = await context.newPage();
  await page.goto(at);
  const html = await page.content();
  is(await page.locator("svg").count() >= 5, "without script there are not all charts");
  for (const i of report.incidents) is(html.includes(`id="incident-${i.id}"`), `without script incident ${i.id} is missing`);
  is(await page.locator("ol.evidence li").count() === report.incidents.reduce((n, i) => n + i.evidence.length, 0), "without script evidence is missing");
  await context.close();
}

async function paper(browser, at) {
  const page = await opened(browser, at, { colorScheme: "dark" });
  await page.fill("#find-words", "no word of this page");
  const pdf = await page.pdf({ format: "A4", printBackground: true });
  is(pdf.length > 20000 && pdf.subarray(0, 5).toString() === "%PDF-", "there is no PDF");
  await page.emulateMedia({ media: "print" });
  is(await page.evaluate(() => getComputedStyle(document.body).backgroundColor) === "rgb(255, 255, 255)", "paper is dark");
  is(await page.evaluate(() => [...document.querySelectorAll("[data-item]")].every(e => e.closest("details:not([open])") || e.getClientRects().length)), "what was filtered out is missing on paper");
  is(await page.evaluate(() => !["find", "lanes-by"].some(id => document.getElementById(id).getClientRects().length)), "tools are printed");
  await page.context().close();
}

async function looked(browser, at, label) {
  for (const [width, scheme] of [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]]) {
    const page = await opened(browser, at, { viewport: { width, height: 900 }, colorScheme: scheme, bypassCSP: true });
    await page.addScriptTag({ content: axe });
    await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
    const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
    for (const v of found.violations) wrong(`axe, ${label}, ${width} ${scheme}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 2).map(n => n.html.slice(0, 140)).join(" | ")}`);
    is(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${label}, ${width} ${scheme}: the page scrolls sideways`);
    is(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme).then(s => s.includes("dark")), "scroll bars do not follow the dark");
    await page.context().close();
  }
}

// The part of the pixels that differ: PNGs are decoded by the browser itself.
const differ = (page, a, b) => page.evaluate(async ([a, b]) => {
  const load = s => new Promise((good, bad) => { const i = new Image(); i.onload = () => good(i); i.onerror = bad; i.src = "data:image/png;base64," + s; });
  const [x, y] = [await load(a), await load(b)];
  if (x.width !== y.width || x.height !== y.height) return `${x.width}×${x.height}, not ${y.width}×${y.height}`;
  const pixels = i => { const c = document.createElement("canvas"); c.width = i.width; c.height = i.height; const g = c.getContext("2d"); g.drawImage(i, 0, 0); return g.getImageData(0, 0, i.width, i.height).data; };
  const p = pixels(x), q = pixels(y);
  let n = 0;
  for (let k = 0; k < p.length; k += 4) n += Math.max(Math.abs(p[k] - q[k]), Math.abs(p[k + 1] - q[k + 1]), Math.abs(p[k + 2] - q[k + 2])) > 48;
  return n / (p.length / 4);
}, [a.toString("base64"), b.toString("base64")]);

async function pictures(browser, folder) {
  const blank = await browser.newPage();
  for (const [name, width, scheme, part] of [["first-light", 1240, "light", null], ["first-dark", 1240, "dark", null], ["phone-light", 390, "light", null], ["phone-dark", 390, "dark", null],
    ["quota-light", 1240, "light", "#quotas + section"], ["pulls-dark", 1240, "dark", "#pulls + section"], ["evidence-light", 1240, "light", "#evidence-1"]]) {
    const page = await opened(browser, url(folder, "demo-hub-quota"), { viewport: { width, height: 900 }, colorScheme: scheme, deviceScaleFactor: 0.5, bypassCSP: true });
    await page.addStyleTag({ content: font });
    const picture = part ? await page.locator(part).screenshot() : await page.screenshot(), kept = path.join(root, "testdata/screens", name + ".png");
    if (accept) fs.writeFileSync(kept, picture);
    const share = fs.existsSync(kept) ? await differ(blank, picture, fs.readFileSync(kept)) : "no such picture is kept";
    if (typeof share === "string" || share > TOLERANCE) {
      const saw = path.join(os.tmpdir(), `pullmortem-${name}.png`);
      fs.writeFileSync(saw, picture);
      wrong(`testdata/screens/${name}.png: ${typeof share === "string" ? share : (share * 100).toFixed(1) + " % of the pixels differ"}; what was seen: ${saw}`);
    }
    await page.context().close();
  }
  await blank.close();
}

async function diagrams(browser, folder) { // as GitHub and GitLab draw them
  const page = await browser.newPage();
  await page.setContent("<body></body>");
  await page.addScriptTag({ path: mermaid });
  await page.evaluate(() => window.mermaid.initialize({ startOnLoad: false, securityLevel: "strict" }));
  for (const name of BUNDLES) {
    const text = fs.readFileSync(path.join(folder, name + ".md"), "utf8"), found = [...text.matchAll(/^```mermaid\n(.*?)^```/gms)].map(m => m[1]);
    is(found.length, `${name}.md has no diagram`);
    for (const [i, diagram] of found.entries()) {
      const said = await page.evaluate(([id, d]) => window.mermaid.render(id, d).then(r => r.svg.includes("Syntax error") ? "a syntax error" : "", e => String(e)), [`d${i}${name.replace(/-/g, "")}`, diagram]);
      is(!said, `${name}.md, diagram ${i + 1}: ${said}\n${diagram}`);
    }
  }
  await page.close();
}

(async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "page-"));
  make(folder);
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"] });
  try {
    const name = "disk-to-quota", report = JSON.parse(fs.readFileSync(path.join(folder, name + ".json"), "utf8"));
    const page = await opened(browser, url(folder, name), { permissions: ["clipboard-read", "clipboard-write"] });
    await timeline(page);
    await filters(page, report);
    await pieces(page, folder);
    await page.context().close();
    await touch(browser, url(folder, name));
    await bare(browser, url(folder, name), report);
    await paper(browser, url(folder, name));
    for (const b of BUNDLES) await looked(browser, url(folder, b), b);
    if (process.env.FONT !== "none") await pictures(browser, folder);
    if (fs.existsSync(mermaid)) await diagrams(browser, folder);
    else console.log("NOT RUN: mermaid is not here (npm): the diagrams of the Markdown report were not drawn");
  } finally {
    await browser.close();
    fs.rmSync(folder, { recursive: true });
  }
  process.exit(failed ? 1 : 0);
})().catch(e => { console.log("WRONG: " + (e.stack || e)); process.exit(1); });
