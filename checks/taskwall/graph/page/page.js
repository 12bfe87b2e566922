"use strict";
// Builds the page from the data beside it. Texts of sources only ever become text nodes.

const SVG = "http://www.w3.org/2000/svg";
const COLUMNS = { lb: 0, service: 1, task: 1, instances: 1, function: 1, store: 2, proxy: 2, endpoint: 2 };
const MANY = 60; // Boxes in one stack beyond which subnets start closed.
const CROWD = 14; // Boxes in one cell beyond which they stand in several columns.
const MOST_ARROWS = 150; // More of them show nothing.

const at = (id) => document.getElementById(id);
const graphs = JSON.parse(at("data").textContent);
let chosen = null; // The box that is focused on.

function make(tag, attributes = {}, ...children) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") found.addEventListener("click", value);
    else if (value !== null && value !== false) found.setAttribute(name, value);
  }
  found.append(...children.filter((each) => each !== null));
  return found;
}

function drawn(tag, attributes) {
  const found = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  return found;
}

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const place = (of) => make("span", { class: "place" }, of.file ? `${of.file}:${of.line}` : "");

// --- boxes and frames

function label(name) {
  const cut = name.indexOf(":");
  return cut < 0 ? name : name.slice(cut + 1);
}

function badges(graph, numbers) {
  const held = numbers.map((number) => graph.findings[number]);
  const of = (verdict) => [...new Set(held.filter((one) => one.verdict === verdict).map((one) => one.rule))];
  const fails = of("fail");
  const maybe = of("unknown").filter((rule) => !fails.includes(rule));
  return [
    fails.length ? make("span", { class: "badge" }, "⚠ " + fails.join(" ")) : null,
    maybe.length ? make("span", { class: "badge maybe" }, (fails.length ? " " : "") + "? " + maybe.join(" ")) : null,
  ];
}

function box(graph, node) {
  const failing = node.findings.some((number) => graph.findings[number].verdict === "fail");
  const unsure = !node.seen || !node.sure;
  const classes = ["box", node.kind, failing ? "failing" : "", unsure ? "unsure" : ""].join(" ");
  const found = make(
    "button",
    { type: "button", class: classes, "aria-pressed": "false", onclick: () => choose(found.taskwall === chosen ? null : found.taskwall) },
    node.kind === "internet" ? null : make("small", {}, node.word + (node.seen ? (node.sure ? "" : " (may exist)") : " (not in the sources)")),
    make("span", {}, node.kind === "vpc" ? `any address of ${label(node.name)}` : label(node.name)),
    make("div", {}, ...badges(graph, node.findings)),
  );
  found.taskwall = node;
  node.graph = graph;
  node.element = found;
  const rules = node.findings.map((number) => graph.findings[number].rule);
  node.words = [node.name, node.address, node.word, ...node.subnets, ...rules].join(" ").toLowerCase();
  return found;
}

function cells(graph, nodes) {
  const columns = [[], [], []];
  for (const node of nodes) columns[COLUMNS[node.kind] ?? 1].push(box(graph, node));
  return make(
    "div",
    { class: "cells" },
    ...columns.map((held) => make("div", { class: held.length > CROWD ? "cell many" : "cell" }, ...held)),
  );
}

function subnets(graph, frame, open) {
  const nodes = graph.nodes.filter((node) => node.frame === frame.id);
  const kinds = new Map();
  for (const node of nodes) kinds.set(node.word, (kinds.get(node.word) ?? 0) + 1);
  const held = [...kinds].map(([word, count]) => plural(count, word)).join(", ");
  return make(
    "details",
    { class: `frame ${frame.tier}`, open: open || nodes.length < 4 ? "" : null },
    make(
      "summary", {}, `${frame.name} `,
      make("small", {}, [...frame.names.slice(0, 6), frame.names.length > 6 ? "…" : ""].filter(Boolean).join(", "), ` · ${held || "nothing in it"} `),
      ...badges(graph, frame.findings),
    ),
    nodes.length ? cells(graph, nodes) : null,
  );
}

const TIERS = ["public", "private", "isolated", "unknown", "none"];

function vpc(graph, frame, open) {
  const inner = graph.frames.filter((each) => each.parent === frame.id);
  inner.sort((one, other) => TIERS.indexOf(one.tier) - TIERS.indexOf(other.tier));
  const anyone = graph.nodes.filter((node) => node.frame === frame.id);
  return make(
    "details",
    { class: "vpc", open: "" },
    make("summary", {}, `VPC ${frame.name} `, ...badges(graph, frame.findings)),
    ...anyone.map((node) => make("div", { class: "anyone" }, box(graph, node))),
    ...inner.map((each) => subnets(graph, each, open)),
  );
}

function stack(graph) {
  const open = graph.nodes.length <= MANY;
  const loose = graph.nodes.filter((node) => !node.frame);
  const right = (node) => node.kind in COLUMNS && node.kind !== "lb";
  const boxes = (held) => make("div", { class: "side" }, ...held.map((node) => box(graph, node)));
  const unknown = graph.flows.filter((flow) => flow.verdict === "unknown").length;
  const counts = [plural(graph.nodes.filter((node) => node.kind in COLUMNS).length, "resource")];
  if (unknown) counts.push(`${unknown} unknown`);
  graph.board = make(
    "div",
    { class: "board" },
    boxes(loose.filter((node) => !right(node))),
    make("div", { class: "vpcs" }, ...graph.frames.filter((each) => !each.parent).map((each) => vpc(graph, each, open))),
    loose.some(right) ? boxes(loose.filter(right)) : null,
  );
  graph.note = make("small", { class: "soft" });
  graph.byId = new Map(graph.nodes.map((node) => [node.id, node]));
  return make(
    "details",
    { class: "stack", open: graphs.length < 4 || graph === graphs[0] ? "" : null },
    make("summary", {}, `${graph.stack} `, make("small", { class: "soft" }, counts.join(", ")), graph.note),
    graph.board,
  );
}

// --- arrows

/** What stands for a box: itself, or the outermost closed frame that it is in. */
function shown(node) {
  let found = node.element.hidden ? null : node.element;
  for (let up = node.element.parentElement; found && up; up = up.parentElement) {
    if (up.tagName === "DETAILS" && !up.open) found = up.firstElementChild;
    if (up.hidden) return null;
  }
  return found;
}

/** All arrows of the flows that a box takes part in, each one by itself. */
function* arrowsOf(graph, node) {
  for (const flow of graph.flows) {
    const inside = flow.target === node.id || flow.through.includes(node.id);
    const failing = flow.findings.some((number) => graph.findings[number].verdict === "fail");
    for (const source of inside ? flow.sources : flow.sources.filter((id) => id === node.id)) {
      const hops = [source, ...flow.through, flow.target];
      for (let i = 0; i + 1 < hops.length; i++) {
        const last = i + 2 === hops.length;
        const labels = i && !last ? [] : [last && flow.arrives ? flow.arrives : flow.label];
        yield [hops[i], hops[i + 1], labels, flow.verdict === "open", failing && last];
      }
    }
  }
}

/** A gateway endpoint leads out of the VPC, to a public address of an AWS service. */
const isGateway = (node) => node.word === "gateway endpoint";

function wanted(graph, [start, end, , sure, failing]) {
  const from = graph.byId.get(start).kind;
  const to = graph.byId.get(end).kind;
  if (at("unknown").checked && sure) return false;
  if (at("findings").checked && !failing) return false;
  if (to === "internet" || to === "outside" || isGateway(graph.byId.get(end))) return at("out").checked;
  if (from === "internet" || from === "outside") return at("in").checked;
  return at(from === "vpc" ? "vpc" : "inner").checked;
}

function draw() {
  for (const graph of graphs) drawGraph(graph);
}

function drawGraph(graph) {
  graph.board.querySelector("svg")?.remove();
  graph.note.textContent = "";
  const focus = chosen && chosen.graph === graph ? chosen : null;
  const arrows = focus ? [...arrowsOf(graph, focus)] : graph.edges.filter((edge) => wanted(graph, edge));
  show(graph, focus, new Set(arrows.flatMap(([start, end]) => [graph.byId.get(start), graph.byId.get(end)])));
  if (!graph.board.closest("details").open) return;
  const lines = [...merged(graph, arrows).values()];
  if (lines.length > MOST_ARROWS) {
    graph.note.textContent = ` · ${lines.length} arrows, too many to draw: choose a box, search, or close frames`;
  } else graph.board.prepend(picture(graph.board, lines));
}

/** Show the boxes that are asked for: around a box that is chosen, else those that fit the filters. */
function show(graph, focus, touched) {
  const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const asked = words.length > 0 || at("unknown").checked || at("findings").checked;
  const many = graph.nodes.length > MANY;
  for (const node of graph.nodes) {
    const near = touched.has(node) || node === focus;
    node.element.hidden = focus ? many && !near : asked && !matches(node, words);
    node.element.classList.toggle("dim", focus !== null && !near);
  }
  for (const frame of graph.board.querySelectorAll("details")) {
    frame.hidden = (focus ? many : asked) && !frame.querySelector(".box:not([hidden])");
  }
}

/** The arrows between what is shown, those between the same two as one. */
function merged(graph, arrows) {
  const numbers = new Map();
  const number = (element) => numbers.get(element) ?? numbers.set(element, numbers.size).get(element);
  const lines = new Map();
  for (const [start, end, labels, sure, failing] of arrows) {
    const from = graph.byId.get(start);
    const [a, b] = [shown(from), shown(graph.byId.get(end))];
    if (!a || !b || a === b) continue;
    const key = `${number(a)} ${number(b)}`;
    if (!lines.has(key)) lines.set(key, { a, b, from, labels: new Set(), sure: false, failing: false });
    const line = lines.get(key);
    labels.forEach((each) => line.labels.add(each));
    line.sure ||= sure;
    line.failing ||= failing;
  }
  return lines;
}

function picture(board, lines) {
  const svg = drawn("svg", { "aria-hidden": "true" });
  const defs = drawn("defs", {});
  for (const kind of ["edge", "internet", "failing"]) {
    const marker = drawn("marker", { id: `to-${kind}`, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" });
    marker.append(drawn("path", { d: "M0 0L8 4L0 8z", class: kind }));
    defs.append(marker);
  }
  svg.append(defs);
  const origin = board.getBoundingClientRect();
  const labels = new Map(); // Those at one end, by it: alike ones stand there once.
  for (const line of lines) {
    const [from, to] = [line.a, line.b].map((each) => each.getBoundingClientRect());
    const y1 = from.top + from.height / 2 - origin.top;
    const y2 = to.top + to.height / 2 - origin.top;
    let [x1, x2, bend1, bend2] = [from.right - origin.left, to.left - origin.left, 60, -60];
    if (to.left < from.right + 8) {
      x2 = to.right - origin.left;
      bend2 = 60;
      if (to.right < from.left) [x1, bend1] = [from.left - origin.left, -60];
    }
    const kind = line.failing ? "failing" : line.from.kind === "internet" ? "internet" : "edge";
    svg.append(drawn("path", {
      class: `${kind} ${line.sure ? "" : "unsure"}`,
      d: `M${x1} ${y1}C${x1 + bend1} ${y1} ${x2 + bend2} ${y2} ${x2} ${y2}`,
      "marker-end": `url(#to-${kind})`,
    }));
    const words = (line.sure ? "" : "? ") + (line.labels.size > 3 ? `${line.labels.size} ways` : [...line.labels].join(" · "));
    const end = `${x2} ${y2}`;
    if (!labels.has(end)) labels.set(end, { x: x2 + Math.sign(bend2) * 12, y: y2, side: bend2 < 0 ? "end" : "start", words: new Map() });
    if (line.labels.size) labels.get(end).words.set(words, kind);
  }
  for (const { x, y, side, words } of labels.values()) {
    [...words].forEach(([word, kind], number) => {
      const text = drawn("text", { x, y: y - 5 - 12 * (words.size - 1 - number), class: `${kind} ${side}` });
      text.textContent = word;
      if (words.size < 5) svg.append(text);
    });
  }
  return svg;
}

// --- details

function steps(flow) {
  return make(
    "details", {},
    make("summary", {}, "why"),
    make("ul", {}, ...flow.because.map((step) => make("li", {}, step.text + " ", place(step)))),
  );
}

function way(graph, flow, end) {
  const link = (id) => {
    const node = graph.byId.get(id);
    return make("button", { type: "button", class: "link", onclick: () => choose(node) }, node.name);
  };
  const through = flow.through.map((id) => graph.byId.get(id).name).join(", ");
  const ends = end === "target" ? [flow.target] : flow.sources;
  const most = ends.slice(0, 30).flatMap((id, i) => (i ? [", ", link(id)] : [link(id)]));
  if (ends.length > 30) most.push(` and ${ends.length - 30} more`);
  return make(
    "li",
    { class: flow.verdict === "open" ? null : "doubt" },
    make("strong", {}, flow.label), end === "target" ? " to " : " from ", ...most,
    through ? ` through ${through}` : "",
    flow.arrives ? ` (arrives at ${flow.arrives})` : "",
    flow.addresses.length ? make("div", { class: "soft" }, `addresses ${flow.addresses.slice(0, 6).join(", ")}${flow.addresses.length > 6 ? " …" : ""}`) : null,
    flow.verdict === "unknown" ? make("div", {}, `unknown: ${flow.waits}`) : null,
    ...flow.notes.map((note) => make("div", { class: "soft" }, note)),
    make("div", {}, ...badges(graph, flow.findings)),
    steps(flow),
  );
}

function list(title, held, none) {
  return [make("h3", {}, title), held.length ? make("ul", {}, ...held) : make("p", { class: "soft" }, none)];
}

function finding(one) {
  return make("li", {}, make("span", { class: "severity" }, `${one.rule} ${one.verdict === "unknown" ? "unknown" : one.severity}`), ` ${one.message} `, place(one));
}

function describe(node) {
  const graph = node.graph;
  const into = graph.flows.filter((flow) => flow.target === node.id);
  const out = graph.flows.filter((flow) => flow.sources.includes(node.id));
  const over = graph.flows.filter((flow) => flow.through.includes(node.id));
  at("panel").replaceChildren(
    make("h2", {}, node.name),
    make("div", { class: "soft" }, node.word, node.seen ? "" : ", not in the sources"),
    make("div", {}, node.address, " ", place(node)),
    node.subnets.length ? make("div", { class: "soft" }, `in ${node.subnets.join(", ")}`) : "",
    ...list("Findings", [...node.findings].map((number) => finding(graph.findings[number])), "None on it."),
    ...list("Who can reach it", into.map((flow) => way(graph, flow, "source")), "Nobody: all else is closed, as far as the sources tell."),
    ...(over.length ? list("What it hands on", over.map((flow) => way(graph, flow, "target")), "") : []),
    ...list("What it can reach", out.map((flow) => way(graph, flow, "target")), "Nothing that the sources tell of."),
  );
}

function legend() {
  const line = (kind) => {
    const svg = drawn("svg", { "aria-hidden": "true", viewBox: "0 0 48 14" });
    svg.append(drawn("path", { class: kind, d: "M2 7L46 7" }));
    return svg;
  };
  const swatch = (kind) => make("span", { class: `swatch ${kind}` });
  const row = (sign, words) => make("tr", {}, make("td", {}, sign), make("td", {}, words));
  const fails = graphs.flatMap((graph) => graph.findings.map((one) => [graph, one])).filter(([, one]) => one.verdict === "fail");
  at("panel").replaceChildren(
    make("h2", {}, "How to read it"),
    make("p", {}, "An arrow says that its start can open a connection to its end, on the ports beside it. What has no arrow is closed, as far as the sources tell. Choose a box to see who can reach it, and why."),
    make("table", { class: "legend" },
      row(line("internet"), "from the internet, open"),
      row(line("edge"), "from elsewhere, open"),
      row(line("unsure"), "unknown: something decides it that the sources do not tell"),
      row(line("failing"), "a rule that lets it through is a finding"),
      row(swatch("public"), "public subnets: a route to an internet gateway"),
      row(swatch("private"), "private subnets: only out, by NAT or the like"),
      row(swatch("isolated"), "isolated subnets: no way to the internet"),
      row(make("span", { class: "swatch unsure box" }), "may exist, or is not in the sources"),
    ),
    make("p", { class: "soft" }, "Keys: / searches, arrow keys go from box to box, Enter chooses, Escape lets go."),
    ...list(`Findings (${fails.length})`, fails.slice(0, 200).map(([, one]) => finding(one)), "None."),
  );
}

function choose(node) {
  chosen?.element.setAttribute("aria-pressed", "false");
  chosen = node;
  if (node) {
    unfold(node);
    node.element.setAttribute("aria-pressed", "true");
    describe(node);
  } else legend();
  draw();
  node?.element.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// --- search, filters, keys

function matches(node, words) {
  if (!words.every((word) => node.words.includes(word))) return false;
  const graph = node.graph;
  const ends = (fits) => graph.edges.some((edge) => (edge[0] === node.id || edge[1] === node.id) && fits(edge));
  if (at("unknown").checked && node.seen && node.sure && !ends((edge) => !edge[3])) return false;
  if (at("findings").checked && !node.findings.length && !ends((edge) => edge[4])) return false;
  return true;
}

function filter() {
  const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  if (chosen) choose(null);
  for (const graph of words.length ? graphs : []) graph.nodes.filter((node) => matches(node, words)).forEach(unfold);
  draw();
}

function unfold(node) {
  for (let up = node.element.parentElement; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
}

function move(step) {
  const boxes = [...document.querySelectorAll(".box")].filter((each) => each.checkVisibility());
  const now = boxes.indexOf(document.activeElement);
  boxes[(now + step + boxes.length) % boxes.length]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== at("search")) {
    event.preventDefault();
    at("search").focus();
  } else if (event.key === "Escape") {
    at("search").value = "";
    filter();
  } else if (event.key === "Enter" && document.activeElement === at("search")) {
    event.preventDefault();
    const first = at("search").value && document.querySelector(".box:not([hidden])");
    if (first) {
      choose(first.taskwall);
      first.focus();
    }
  } else if (document.activeElement?.classList.contains("box")) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      move(step);
    }
  }
});

function zoom(factor) {
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize) * factor;
  document.documentElement.style.fontSize = `${Math.min(32, Math.max(6, size))}px`;
  draw();
}

at("stacks").replaceChildren(...graphs.map(stack));
at("search").addEventListener("input", filter);
at("filters").addEventListener("change", filter);
at("larger").addEventListener("click", () => zoom(1.2));
at("smaller").addEventListener("click", () => zoom(1 / 1.2));
document.addEventListener("toggle", draw, true);
addEventListener("resize", draw);
legend();
draw();
// What is too wide begins smaller, as long as it can be read.
const main = document.querySelector("main");
for (let step = 0; step < 2 && main.scrollWidth > main.clientWidth; step++) zoom(1 / 1.2);
