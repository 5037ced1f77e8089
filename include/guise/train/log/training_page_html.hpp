// Internal: the page that training_page.hpp fills in, all of it but its data. No network, no framework: drawn
// by the script at its end from the JSON in it and the pictures beside it.
#pragma once
#include <guise/core/compiler.hpp>

#include <string_view>

namespace guise::training_page {

inline constexpr std::string_view data_place = "DATA-OF-THE-TRAINING";

inline constexpr std::string_view html = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>guise</title>
<style>
:root { color-scheme: light dark; --paper: #fff; --ink: #1c1d21; --soft: #63656e; --line: #dcdde2; --a: #0072b2; --b: #d55e00; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #17181b; --ink: #e9e9ec; --soft: #a2a4ad; --line: #36383f; --a: #56b4e9; --b: #e69f00; }
}
body { margin: 0 auto; padding: 1.2rem; max-width: 75rem; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .6rem; font-size: 1.15rem; }
h3 { margin: 0; font-size: 1rem; }
p { margin: .2rem 0 .6rem; color: var(--soft); }
#error { color: var(--b); font-weight: 600; }
label { display: inline-flex; align-items: center; gap: .5rem; margin-right: 1.5rem; }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1.6rem; }
.row > * { min-width: 0; margin: 0; }
svg { display: block; width: 100%; touch-action: pan-y; }
svg text { fill: var(--soft); font-size: 11px; }
svg .rule { stroke: var(--line); }
svg path { fill: none; stroke-width: 1.7; stroke-linejoin: round; }
svg .raw { stroke-width: 1; opacity: .3; }
svg .band { opacity: .18; stroke: none; }
svg .mark { stroke: var(--soft); stroke-dasharray: 4 3; }
.key { display: inline-flex; align-items: center; gap: .35rem; margin-right: 1rem; font-variant-numeric: tabular-nums; }
.key::before { content: ""; width: 1.1rem; height: 3px; background: var(--color); }
.compare { position: relative; overflow: hidden; max-width: 26rem; }
.cell { position: absolute; inset: 0; background-repeat: no-repeat; image-rendering: pixelated; }
.compare .cell + .cell { clip-path: inset(0 0 0 var(--split)); }
.compare::after { content: ""; position: absolute; top: 0; bottom: 0; left: calc(var(--split) - 1px); width: 2px; background: #fff; box-shadow: 0 0 3px #000; }
.compare input { position: absolute; inset: 0; z-index: 1; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; }
.compare:focus-within { outline: 2px solid var(--a); }
.heads { display: flex; justify-content: space-between; max-width: 26rem; }
#compares { grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 26rem)); }
#loss-charts { grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
#grids { grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr)); }
figure img { display: block; width: 100%; image-rendering: pixelated; }
figcaption, .heads { color: var(--soft); }
</style>
<h1 id="name"></h1>
<p id="state"></p>
<p id="error"></p>
<noscript><p>The curves are drawn by a script, which is switched off here.</p></noscript>
<label><input type="checkbox" id="live">reload every 30 s</label>

<section id="pictures" hidden>
<h2>Before and after</h2>
<label>after step <input type="range" id="step" min="0"><output id="at"></output></label>
<div class="of-translations">
<p>Drag over a picture: left of the line it is real, right of it translated.</p>
<div class="row" id="compares"></div>
</div>
<div class="of-others"><img id="grid" alt="grid of pictures"></div>
<h2>Latest grids</h2>
<p class="of-translations">Above A, below B: real, translated, translated back, and what the other translator, which should leave it alone, makes of it.</p>
<div class="row" id="grids"></div>
</section>

<section id="scores" hidden>
<h2>Scores of held-out pictures</h2>
<p>These say when to stop: the losses of two networks that learn from each other need not fall. Bands are one error to either side.</p>
<p id="verdict"></p>
<div class="row" id="score-charts"></div>
</section>

<section id="losses">
<h2>Losses</h2>
<label>smoothing <input type="range" id="smooth" min="0" max="0.98" step="0.02" value="0.8"><output id="smoothing"></output></label>
<label><input type="checkbox" id="log">logarithmic</label>
<p id="thinned"></p>
<div class="row" id="loss-charts"></div>
</section>

<script type="application/json" id="data">DATA-OF-THE-TRAINING</script>
<script>
"use strict";
const get = id => document.getElementById(id);
window.onerror = message => { get("error").textContent = "This page could not be drawn: " + message; };
const data = JSON.parse(get("data").textContent);

function make(parent, tag, attributes = {}, text = "") {
  const space = parent.namespaceURI.endsWith("svg") || tag === "svg" ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml";
  const element = document.createElementNS(space, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return parent.appendChild(element);
}

// ---- curves ----
const titles = {
  D: ["discriminators", "D_A tells pictures of B from translations, D_B those of A"],
  G: ["generators, adversarial", "G_A translates A to B, G_B translates B to A"],
  cycle: ["cycle, A to B to A and back", "mean absolute error, weighted"],
  idt: ["identity", "G_A on pictures of B, G_B on pictures of A, weighted"],
  overall: ["overall", "geometric mean of the sliced Wasserstein distances; the best networks are chosen by it"],
  swd: ["sliced Wasserstein distance", "of patches, translated to real; smaller is nearer"],
  swd_classifier: ["the same of a classifier's features", "of one that learnt to tell the domains apart"],
  swd_random: ["the same of a random network's features", "which are the same for every training"],
  kid: ["kernel distance (KID)", "of the classifier's features; smaller is nearer"],
  precision: ["precision", "share of translations that lie among the real pictures"],
  recall: ["recall", "share of real pictures that lie among the translations"],
  share: ["share taken for the target domain", "by a classifier that was trained on the real pictures"],
};
const short = value => value === 0 ? "0" : Math.abs(value) >= 1e4 || Math.abs(value) < 1e-4 ? value.toExponential(1).replace("e+", "e") : String(+value.toPrecision(3));
const whole = value => value.toLocaleString("en").replaceAll(",", "\u202f");
const known = value => value !== null && Number.isFinite(value);

function ticks(low, high, logarithmic) {
  const found = [];
  if (logarithmic) {
    const steps = high / low > 1e3 ? [1] : [1, 2, 5];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); ++power)
      for (const k of steps) found.push(k * 10 ** power);
  } else {
    const raw = (high - low) / 5, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].find(k => k * power >= raw * 0.999) * power;
    for (let k = Math.ceil(low / step); k * step <= high * (1 + 1e-9); ++k) found.push(k * step);
  }
  return found.filter(value => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
}

function smoothed(values, weight) {  // exponential moving average, without a bias to its first value
  let sum = 0, norm = 0;
  return values.map(value => {
    if (!known(value)) return null;
    sum = weight * sum + value;
    norm = weight * norm + 1;
    return sum / norm;
  });
}

// lines: [{name, color, xs, ys, errors}]; marks: [[step, text]]
function chart(parent, kind, unit, lines, {weight = 0, logarithmic = false, points = false, marks = []} = {}) {
  const box = make(parent, "div"), [title, note] = titles[kind] ?? [kind, ""];
  make(box, "h3", {}, title);
  make(box, "p", {}, note);
  const legend = make(box, "div");
  const width = points ? 400 : 520, height = 230, left = 50, right = 12, top = 8, bottom = 36;
  const svg = make(box, "svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title});
  for (const line of lines) line.smooth = smoothed(line.ys, weight);
  const good = value => known(value) && (!logarithmic || value > 0);
  const spread = line => line.ys.flatMap((y, k) => line.errors ? [y - line.errors[k], y + line.errors[k]] : [y]);
  const ys = lines.flatMap(spread).filter(good), xs = lines.flatMap(line => line.xs);
  if (!ys.length) return make(box, "p", {}, "nothing to draw yet");
  let low = Math.min(...ys), high = Math.max(...ys);
  if (!logarithmic && low > 0) low = 0;
  if (low === high) high = low + (Math.abs(low) || 1);
  const first = Math.min(...xs), last = Math.max(Math.max(...xs), first + 1);
  const scale = logarithmic ? Math.log10 : value => value;
  const x = value => left + (value - first) / (last - first) * (width - left - right);
  const y = value => height - bottom - (scale(value) - scale(low)) / (scale(high) - scale(low)) * (height - top - bottom);

  for (const value of ticks(low, high, logarithmic)) {
    make(svg, "line", {class: "rule", x1: left, x2: width - right, y1: y(value), y2: y(value)});
    make(svg, "text", {x: left - 6, y: y(value) + 4, "text-anchor": "end"}, short(value));
  }
  for (const value of ticks(first, last, false).filter(Number.isInteger))
    make(svg, "text", {x: x(value), y: height - bottom + 16, "text-anchor": "middle"}, whole(value));
  make(svg, "text", {x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle"}, "step");
  make(svg, "text", {x: -(height - bottom + top) / 2, y: 11, "text-anchor": "middle", transform: "rotate(-90)"}, unit);

  marks.forEach(([step, text], k) => {
    make(svg, "line", {class: "mark", x1: x(step), x2: x(step), y1: top, y2: height - bottom});
    make(svg, "text", {x: x(step) + (x(step) > width / 2 ? -4 : 4), y: top + 10 + 13 * k, "text-anchor": x(step) > width / 2 ? "end" : "start"}, text);
  });
  const path = (line, values) => {
    let d = "", pen = "M";
    values.forEach((value, k) => {
      if (good(value)) d += `${pen}${x(line.xs[k]).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = good(value) ? "L" : "M";
    });
    return d;
  };
  for (const line of lines) {
    const band = line.xs.map((at, k) => [x(at), line.ys[k], line.errors?.[k]]).filter(([, value, error]) => good(value) && known(error));
    const edge = sign => band.map(([at, value, error]) => `${at.toFixed(1)} ${y(value + sign * error).toFixed(1)}`);
    if (band.length > 1) make(svg, "path", {class: "band", style: `fill: ${line.color}`, d: "M" + [...edge(1), ...edge(-1).reverse()].join("L") + "Z"});
    if (weight > 0) make(svg, "path", {class: "raw", stroke: line.color, d: path(line, line.ys)});
    make(svg, "path", {class: "curve", stroke: line.color, d: path(line, line.smooth)});
    line.xs.forEach((at, k) => {
      if (!good(line.smooth[k])) return;
      if (points || line.xs.length === 1) make(svg, "circle", {cx: x(at), cy: y(line.smooth[k]), r: 2.5, fill: line.color});
      if (band.length === 1 && known(line.errors[k])) make(svg, "path", {stroke: line.color, d: `M${x(at)} ${y(line.ys[k] - line.errors[k])}V${y(line.ys[k] + line.errors[k])}`});
    });
    const key = make(legend, "span", {class: "key", style: `--color: ${line.color}`}, line.name);
    line.output = make(key, "output");
  }
  const at = make(legend, "output", {class: "soft"});
  const cursor = make(svg, "line", {class: "rule", y1: top, y2: height - bottom, visibility: "hidden"});
  const tell = step => {  // the values at this step, or the last ones
    for (const line of lines) {
      let k = line.xs.length - 1;
      if (step !== null) line.xs.forEach((value, j) => { if (Math.abs(value - step) < Math.abs(line.xs[k] - step)) k = j; });
      line.output.textContent = known(line.smooth[k]) ? short(line.smooth[k]) : "";
      if (step !== null) cursor.setAttribute("x1", x(line.xs[k])), cursor.setAttribute("x2", x(line.xs[k]));
      at.textContent = step === null ? "" : "at step " + whole(line.xs[k]);
    }
    cursor.setAttribute("visibility", step === null ? "hidden" : "visible");
  };
  svg.onpointermove = event => {
    const place = svg.getBoundingClientRect(), inside = (event.clientX - place.left) / place.width * width;
    tell(first + (inside - left) / (width - left - right) * (last - first));
  };
  svg.onpointerleave = () => tell(null);
  tell(null);
}

function drawLosses() {
  get("loss-charts").replaceChildren();
  const weight = +get("smooth").value, logarithmic = get("log").checked;
  get("smoothing").textContent = weight ? "mean of about " + Math.round(1 / (1 - weight)) + " points" : "off";
  const {columns, rows} = data.losses, names = columns.slice(3), xs = rows.map(row => row[0]);
  const kinds = new Map();
  names.forEach((name, k) => {
    const kind = name.replace(/_[AB]$/, "");
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push({name, color: name.endsWith("_B") ? "var(--b)" : "var(--a)", xs, ys: rows.map(row => row[3 + k])});
  });
  for (const [kind, lines] of kinds) chart(get("loss-charts"), kind, "loss", lines, {weight, logarithmic});
}

function drawScores() {
  const rows = data.scores.trim().split("\n").map(row => row.split(",")), columns = rows.shift();
  const of = name => columns.indexOf(name);
  get("scores").hidden = rows.length === 0;
  if (!rows.length) return;
  const number = text => text === undefined || text.trim() === "" ? null : +text;
  const labels = {AtoB: "A to B", BtoA: "B to A"}, directions = [...new Set(rows.map(row => row[of("direction")]).filter(Boolean))];
  const marks = [[data.best, "best"], [data.fall, "flat: the rate falls"]].filter(([step]) => step > 0);
  if (data.best) get("verdict").textContent = `Best after step ${whole(data.best)}: best_net.` + (data.fall ? ` Flat after step ${whole(data.fall)}: from there the rate falls to the end.` : "");
  const names = columns.filter(name => !["step", "epoch", "direction"].includes(name) && !name.endsWith("_error"));
  for (const name of names.sort((a, b) => (b === "overall") - (a === "overall"))) {
    const lines = directions.map((direction, k) => {
      const label = labels[direction] ?? direction, color = k % 2 ? "var(--b)" : "var(--a)";
      const mine = rows.filter(row => row[of("direction")] === direction);
      const column = key => of(key) < 0 ? null : mine.map(row => number(row[of(key)]));
      return {name: label, color, xs: column("step"), ys: column(name), errors: column(name + "_error")};
    });
    const drawn = lines.filter(line => line.xs.length && line.ys.some(known));
    if (drawn.length) chart(get("score-charts"), name, name, drawn, {points: true, marks});
  }
}

// ---- pictures: cells of the grids, cut out by the style sheet ----
const compares = [["A", "B"], ["B", "A"]].map(([from, to], row) => {
  const place = make(get("compares"), "div"), heads = make(place, "div", {class: "heads"});
  make(heads, "span", {}, "real " + from), make(heads, "span", {}, "translated to " + to);
  const compare = make(place, "div", {class: "compare", style: "--split: 50%"});
  const cells = [0, 1].map(column => [make(compare, "div", {class: "cell"}), column]);
  const slider = make(compare, "input", {type: "range", min: 0, max: 100, value: 50, "aria-label": `real ${from} against translated to ${to}`});
  slider.oninput = () => compare.style.setProperty("--split", slider.value + "%");
  return {compare, cells, row};
});

// A grid of two rows of three or four is one of translations in both directions; any other is shown as it is.
const columns = data.grid[0], translations = (columns === 3 || columns === 4) && data.grid[1] === 2;
for (const part of document.querySelectorAll(translations ? ".of-others" : ".of-translations")) part.hidden = true;

function showGrid(k) {
  const file = "images/" + data.pictures[k].file, picture = new Image();
  get("at").textContent = whole(data.pictures[k].step);
  if (!translations) return get("grid").src = file;
  picture.onload = () => {
    const {naturalWidth: width, naturalHeight: height} = picture, gap = data.gap;
    const cell = [(width - (columns - 1) * gap) / columns, (height - gap) / 2];
    for (const {compare, cells, row} of compares) {
      compare.style.aspectRatio = cell[0] + " / " + cell[1];
      compare.dataset.cell = cell.join("x");
      for (const [element, column] of cells) {
        element.style.backgroundImage = `url("${file}")`;
        element.style.backgroundSize = `${100 * width / cell[0]}% ${100 * height / cell[1]}%`;
        element.style.backgroundPosition = `${100 * column * (cell[0] + gap) / (width - cell[0])}% ${100 * row}%`;
      }
    }
  };
  picture.onerror = () => { get("at").textContent += ": " + file + " is missing"; };
  picture.src = file;
}

function drawPictures() {
  const {pictures} = data, step = get("step");
  get("pictures").hidden = pictures.length === 0;
  if (!pictures.length) return;
  step.max = step.value = pictures.length - 1;
  step.oninput = () => showGrid(+step.value);
  showGrid(pictures.length - 1);
  for (const {file, step} of pictures.slice(-4).reverse()) {
    const figure = make(get("grids"), "figure");
    make(figure, "figcaption", {}, "after step " + whole(step));
    make(figure, "img", {src: "images/" + file, alt: "grid of pictures after step " + step});
  }
}

// ---- the page: what is chosen is kept in its address and survives a reload ----
const chosen = new URLSearchParams(location.hash.slice(1));
if (chosen.has("smooth")) get("smooth").value = chosen.get("smooth");
get("log").checked = chosen.get("log") === "true";
get("live").checked = chosen.get("live") === "true";
let timer = 0;
function choose() {
  const now = new URLSearchParams({smooth: get("smooth").value, log: get("log").checked, live: get("live").checked});
  history.replaceState(null, "", "#" + now);
  clearTimeout(timer);
  if (get("live").checked) timer = setTimeout(() => location.reload(), 30000);
}
get("smooth").oninput = get("log").onchange = () => { choose(); drawLosses(); };
get("live").onchange = choose;
if (get("live").checked) choose();

document.title = data.name;
get("name").textContent = data.name;
const {rows} = data.losses, last = rows[rows.length - 1];
const clock = seconds => [seconds / 3600, seconds / 60 % 60, seconds % 60].map(part => String(Math.floor(part)).padStart(2, "0")).join(":");
const left = data.last_step - data.step, speed = data.steps_per_second;
get("state").textContent = `step ${whole(data.step)} of ${whole(data.last_step)}` +
  (last ? `, epoch ${last[1]}, learning rate ${short(last[2])}` : "") +
  (speed > 0 ? `, ${short(speed)} steps/s` : "") + (speed > 0 && left > 0 ? `, ${clock(left / speed)} left` : "") + `; written ${new Date(data.written * 1000).toLocaleString()}`;
if (data.losses.rows_a_point > 1) get("thinned").textContent = `A point is the mean of ${data.losses.rows_a_point} rows of the log.`;
drawPictures();
drawScores();
drawLosses();
</script>
</html>
)html";

}  // namespace guise::training_page
