// Where everything is placed: each event gets a row, rows go down with time, and a long silence is cut short.
const data = JSON.parse(document.getElementById("data").textContent);
const nodes = data.nodes;
const events = data.events.map(([at, what, kind, node, to, message, detail, label, text], index) =>
    ({ at: at / 1000, what, kind, node, to, message, detail, label, text, index, y: 0, ends: [], send: null }));

// A message's arrow leads from where it was sent to wherever it was received or lost; a repeated one has two ends.
const sends = new Map();
for (const event of events) {
    if (event.message < 0) continue;
    if (event.what === "send") sends.set(event.message, event);
    else if (event.what !== "duplicate" && event.what !== "hold" && event.what !== "clogged") {
        event.send = sends.get(event.message) ?? null;
        event.send?.ends.push(event);
    }
}

// Faults last: the bar of one goes from its beginning to its end.
const faults = [];
const begun = new Map();
for (const event of events) {
    if (event.what === "fault begins") {
        const fault = { begin: event, end: null, node: event.node, column: 0, text: event.text.replace(/^fault begins \S+ /, "") };
        begun.set(event.detail, fault);
        faults.push(fault);
    } else if (event.what === "fault ends") {
        const fault = begun.get(event.detail);
        if (fault) fault.end = event;
        else faults.push({ begin: null, end: event, node: event.node, column: 0, text: event.text.replace(/^fault ends \S+ /, "") });
        begun.delete(event.detail);
    }
}
const columns = [];
for (const fault of faults) {
    const from = fault.begin ? fault.begin.index : -1;
    let column = columns.findIndex(end => end < from);
    if (column < 0) column = columns.length;
    columns[column] = fault.end ? fault.end.index : Infinity;
    fault.column = column;
}

// What each node was, from row to row.
const lives = nodes.map(() => []);
for (const event of events) {
    if (event.node < 0) continue;
    const life = lives[event.node];
    const last = life[life.length - 1] ?? { role: "unknown", term: 0, paused: false };
    if (event.what === "status") life.push({ event, role: event.text.split(" ")[2], term: event.detail, paused: last.paused });
    else if (event.what === "start") life.push({ event, role: "starting", term: last.term, paused: false });
    else if (event.what === "crash" || event.what === "stop") life.push({ event, role: "down", term: last.term, paused: false });
    else if (event.what === "pause" || event.what === "resume") life.push({ ...last, event, paused: event.what === "pause" });
}

const kinds = {
    entries: "entries", reply: "replies", heartbeat: "heartbeats", vote: "votes", status: "status", commit: "commits",
    life: "starts and ends", fault: "faults", propose: "proposals", disk: "disk", timer: "timers",
};
const hiddenKinds = new Set(["timer", "disk"]);
const hiddenNodes = new Set();
let span = Infinity;
let rows = [];
let height = 0;

const rowHeight = 17;
const endHeight = 8;
const headHeight = 42;
const silence = 36;

function isShown(event) {
    if (event.kind === "violation") return true;
    if (hiddenKinds.has(event.kind)) return false;
    if (event.node >= 0 && hiddenNodes.has(event.node)) return false;
    if (event.to >= 0 && hiddenNodes.has(event.to)) return false;
    return true;
}

function isEnd(event) { return event.message >= 0 && event.what !== "send"; }

function layOut() {
    const end = events.length ? events[events.length - 1].at : 0;
    const from = end - span * 1000;
    rows = [];
    let y = headHeight + 8;
    let last = null;
    for (const event of events) {
        event.y = -1;
        if (event.at < from || !isShown(event)) continue;
        if (last) y += (isEnd(event) && isEnd(last) ? endHeight : rowHeight) + Math.min((event.at - last.at) * 0.8, silence);
        event.y = y;
        rows.push(event);
        last = event;
    }
    height = y + 70;
}

/** The first row at or below a height. */
function rowAt(y) {
    let low = 0, high = rows.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (rows[middle].y < y) low = middle + 1; else high = middle;
    }
    return low;
}

/** The height of an event that may itself be hidden: that of the first row behind it. */
function heightOf(index) {
    let low = 0, high = rows.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (rows[middle].index < index) low = middle + 1; else high = middle;
    }
    return low < rows.length ? rows[low].y : height - 40;
}
