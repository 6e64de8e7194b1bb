// Draws what is in view, and nothing else.
const view = document.getElementById("view");
const sheet = document.getElementById("sheet");
const canvas = document.getElementById("canvas");
const pen = canvas.getContext("2d");
const tip = document.getElementById("tip");
const timeWidth = 92;
const columnWidth = 15;
const faultWidth = columns.length ? 14 + Math.min(columns.length, 10) * columnWidth : 0;
let width = 0, viewHeight = 0, hits = [];

const colourOf = term => `hsl(${(term * 137.5 + 210) % 360} 68% 40%)`;
const lanes = () => nodes.map((_, index) => index).filter(index => !hiddenNodes.has(index));
function laneX(node) {
    const shown = lanes(), left = timeWidth + faultWidth;
    const gap = (width - left - 150) / Math.max(shown.length - 0.5, 1);
    return left + gap * (shown.indexOf(node) + 0.25);
}

function stroke(colour, thickness, dash, points) {
    pen.strokeStyle = colour;
    pen.lineWidth = thickness;
    pen.setLineDash(dash);
    pen.beginPath();
    points.forEach(([x, y], index) => index ? pen.lineTo(x, y) : pen.moveTo(x, y));
    pen.stroke();
    pen.setLineDash([]);
}

/** Text on a pale ground, so that lines behind it do not disturb it. */
function write(text, x, y, colour, align = "left", font = "11px system-ui, 'DejaVu Sans', sans-serif") {
    pen.font = font;
    pen.textAlign = align;
    pen.textBaseline = "middle";
    const wide = pen.measureText(text).width;
    pen.fillStyle = "#ffffffd8";
    pen.fillRect(align === "left" ? x - 2 : x - wide - 2, y - 7, wide + 4, 14);
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
    return wide;
}

function drawLane(node, top, bottom) {
    const life = lives[node], x = laneX(node);
    for (let i = -1; i < life.length; i++) {
        const state = i < 0 ? { role: "unknown", term: 0, paused: false } : life[i];
        const from = i < 0 ? headHeight : heightOf(state.event.index);
        const to = i + 1 < life.length ? heightOf(life[i + 1].event.index) : height - 40;
        if (to < top) continue;
        if (from > bottom) break;
        const down = ["down", "unknown", "starting", "Stopped", "Failed"].includes(state.role);
        const line = [[x, Math.max(from, top) - top], [x, Math.min(to, bottom) - top]];
        if (state.paused) stroke("#c9cfd6", 13, [], line);
        if (down) stroke("#8d97a3", 2, [2, 4], line);
        else if (state.role === "Leader") stroke(colourOf(state.term), 8, [], line);
        else if (state.role.endsWith("Candidate")) stroke(colourOf(state.term), 5, [6, 4], line);
        else stroke(colourOf(state.term), 3, [], line);
    }
}

function drawMessage(send, top) {
    const from = laneX(send.node), to = laneX(send.to), way = Math.sign(to - from), colour = colourOf(send.detail);
    const y = send.y - top, lostHere = send.ends.length > 0 && send.ends.every(end => end.what !== "receive");
    for (const end of send.ends.length ? send.ends : [null]) {
        // One that was lost at once ends near its sender, one that was lost on the way near its receiver.
        const received = end?.what === "receive";
        const reach = received ? 1 : end && end.at > send.at ? 0.85 : end ? 0.3 : 0.4;
        const x = received ? to - way * 5 : from + (to - from) * reach;
        const endY = end && end.y >= 0 ? end.y - top : y + 6;
        stroke(end && !received ? "#c2182b" : colour, 1.2, end ? [] : [3, 3], [[from + way * 4, y], [x, endY]]);
        if (received) arrowHead(x, endY, from + way * 4, y, colour);
        else if (end) {
            stroke("#c2182b", 2, [], [[x - 4, endY - 4], [x + 4, endY + 4]]);
            stroke("#c2182b", 2, [], [[x - 4, endY + 4], [x + 4, endY - 4]]);
        }
        hits.push({ x1: from, y1: y, x2: x, y2: endY, event: send });
    }
    write(send.label, from + way * 12, y - 3, lostHere ? "#c2182b" : colour, way > 0 ? "left" : "right");
}

function arrowHead(x, y, fromX, fromY, colour) {
    const angle = Math.atan2(y - fromY, x - fromX);
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x - 8 * Math.cos(angle - 0.4), y - 8 * Math.sin(angle - 0.4));
    pen.lineTo(x - 8 * Math.cos(angle + 0.4), y - 8 * Math.sin(angle + 0.4));
    pen.fill();
}

const marks = { start: "▲ start", crash: "✖ crash", stop: "■ stop", "begin stop": "■ stopping", pause: "❚❚ pause", resume: "▶ resume", "crash of the store": "✖ disk as of the crash" };
function labelOf(event) {
    switch (event.what) {
        case "status": return `${event.text.split(" ")[2]}, term ${event.detail}`;
        case "commit": return `✔ ${event.detail}`;
        case "propose": return "+ proposal";
        case "durable": return `durable to ${event.detail}`;
        case "clock rate": return `clock × ${event.detail / 1000}`;
        default: return marks[event.what] ?? event.what;
    }
}

function drawMark(event, top) {
    const y = event.y - top;
    if (event.node < 0) return;
    const x = laneX(event.node), bad = event.what.startsWith("crash") || event.text.includes("Failed");
    const colour = bad ? "#c2182b" : event.what === "status" ? colourOf(event.detail) : "#33404f";
    stroke(colour, 1.5, [], [[x - 6, y], [x + 8, y]]);
    const wide = write(labelOf(event), x + 11, y, colour, "left", event.what === "status" || bad ? "bold 11px system-ui, 'DejaVu Sans', sans-serif" : undefined);
    hits.push({ x1: x - 6, y1: y, x2: x + 11 + wide, y2: y, event });
}

function drawFaults(top, bottom) {
    for (const fault of faults) {
        const from = fault.begin ? heightOf(fault.begin.index) : headHeight, to = fault.end ? heightOf(fault.end.index) : height - 40;
        if (to < top || from > bottom || fault.column >= 10) continue;
        const x = timeWidth + 6 + fault.column * columnWidth, y1 = Math.max(from, top) - top, y2 = Math.max(Math.min(to, bottom) - top, y1 + 4);
        pen.fillStyle = "#f3c969";
        pen.fillRect(x, y1, columnWidth - 2, y2 - y1);
        const seen = Math.max(y1, headHeight);
        if (y2 - seen > 60) {
            pen.save();
            pen.translate(x + (columnWidth - 2) / 2, seen + 6);
            pen.rotate(Math.PI / 2);
            pen.beginPath();
            pen.rect(0, -8, y2 - seen - 10, 16);
            pen.clip();
            pen.fillStyle = "#5c4300";
            pen.font = "10px system-ui, 'DejaVu Sans', sans-serif";
            pen.textAlign = "left";
            pen.textBaseline = "middle";
            pen.fillText(fault.text, 0, 0);
            pen.restore();
        }
        hits.push({ x1: x + 6, y1, x2: x + 6, y2, event: { text: `Fault: ${fault.text}`, at: (fault.begin ?? fault.end).at, ends: [] } });
    }
}

function drawTimes(first, last, top) {
    let free = -Infinity;
    for (let i = first; i < last; i++) {
        const event = rows[i], y = event.y - top;
        if (isEnd(event) || y < free) continue;
        write((event.at / 1000).toFixed(4) + " s", 6, y, "#5a6675");
        free = y + 15;
        stroke("#eceff3", 1, [], [[timeWidth + faultWidth - 4, y], [width, y]]);
    }
}

function drawHead(top) {
    pen.fillStyle = "#f6f8fa";
    pen.fillRect(0, 0, width, headHeight - 6);
    stroke("#ccd3dc", 1, [], [[0, headHeight - 6], [width, headHeight - 6]]);
    write("time", 6, 18, "#5a6675");
    if (faultWidth) write("faults", timeWidth + 4, 18, "#5a6675");
    for (const node of lanes()) {
        const x = laneX(node);
        let state = null;
        for (const each of lives[node]) {
            if (heightOf(each.event.index) > top + headHeight) break;
            state = each;
        }
        const alive = state && !["down", "starting"].includes(state.role);
        write(nodes[node], x - 6, 11, "#1c2430", "left", "bold 14px system-ui, 'DejaVu Sans', sans-serif");
        write(state ? `${state.role}${state.paused ? ", paused" : ""}${alive ? `, term ${state.term}` : ""}` : "", x - 6, 26, alive ? colourOf(state.term) : "#5a6675");
    }
}

function drawViolation(event, top) {
    const y = event.y - top;
    stroke("#c2182b", 2, [], [[timeWidth, y], [width, y]]);
    pen.font = "bold 12px system-ui, 'DejaVu Sans', sans-serif";
    const room = width - timeWidth - 30;
    let text = `✖ ${event.text.replace(/^violation /, "")}`;
    while (text.length > 10 && pen.measureText(text).width > room) text = text.slice(0, -6) + "…";
    write(text, timeWidth + 8, y + 14, "#c2182b", "left", pen.font);
    hits.push({ x1: timeWidth, y1: y, x2: width, y2: y + 14, event });
}

function draw() {
    const top = view.scrollTop, bottom = top + viewHeight;
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    pen.clearRect(0, 0, width, viewHeight);
    hits = [];
    // An arrow may begin far above what is in view; few are longer than this.
    const first = rowAt(top - 1500), last = rowAt(bottom + 20);
    drawTimes(rowAt(top), last, top);
    drawFaults(top, bottom);
    lanes().forEach(node => drawLane(node, top, bottom));
    for (let i = first; i < last; i++) if (rows[i].what === "send") drawMessage(rows[i], top);
    for (let i = rowAt(top - 20); i < last; i++) {
        if (rows[i].kind === "violation") drawViolation(rows[i], top);
        else if (rows[i].message < 0 && rows[i].kind !== "fault") drawMark(rows[i], top);
    }
    drawHead(top);
    document.documentElement.dataset.drawn = hits.length;
}

function resize() {
    width = Math.max(view.clientWidth, 640);
    viewHeight = view.clientHeight;
    canvas.width = width * devicePixelRatio;
    canvas.height = viewHeight * devicePixelRatio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${viewHeight}px`;
    sheet.style.height = `${Math.max(height, viewHeight)}px`;
    draw();
}

function distance(hit, x, y) {
    const dx = hit.x2 - hit.x1, dy = hit.y2 - hit.y1, length = dx * dx + dy * dy;
    const at = length ? Math.max(0, Math.min(1, ((x - hit.x1) * dx + (y - hit.y1) * dy) / length)) : 0;
    return Math.hypot(x - hit.x1 - at * dx, y - hit.y1 - at * dy);
}

function tellAbout(event) {
    const ends = event.ends.map(end => `\n${(end.at - event.at).toFixed(4)} ms later: ${end.what === "receive" ? "received" : `lost, ${end.what}`}`);
    return `${event.at.toFixed(4)} ms\n${event.text}${ends.join("")}`;
}

function hover(x, y) {
    let best = null, nearest = 9;
    for (const hit of hits) {
        const far = distance(hit, x, y);
        if (far < nearest) [nearest, best] = [far, hit];
    }
    tip.hidden = !best;
    if (best) tip.textContent = tellAbout(best.event);
    return best;
}

function jump(way) {
    const here = view.scrollTop + viewHeight / 2 + way;
    const stops = rows.filter(event => ["status", "fault", "violation"].includes(event.kind) && (way > 0 ? event.y > here + 1 : event.y < here - 1));
    const next = way > 0 ? stops[0] : stops[stops.length - 1];
    if (next) view.scrollTop = next.y - viewHeight / 2;
}

function checkbox(parent, text, checked, onChange) {
    const label = document.createElement("label"), box = document.createElement("input");
    box.type = "checkbox";
    box.checked = checked;
    box.addEventListener("change", () => { onChange(box.checked); update(); });
    label.append(box, ` ${text}`);
    document.getElementById(parent).append(label);
}

/** Lays everything out again, and leaves the time in the middle of the view where it is. */
function update() {
    const middle = rows[Math.min(rowAt(view.scrollTop + viewHeight / 2), rows.length - 1)];
    layOut();
    resize();
    if (middle) view.scrollTop = heightOf(middle.index) - viewHeight / 2;
    draw();
}

nodes.forEach((node, index) => checkbox("nodes", node, true, on => on ? hiddenNodes.delete(index) : hiddenNodes.add(index)));
Object.entries(kinds).forEach(([kind, name]) => checkbox("kinds", name, !hiddenKinds.has(kind), on => on ? hiddenKinds.delete(kind) : hiddenKinds.add(kind)));
document.getElementById("span").addEventListener("change", change => { span = Number(change.target.value); update(); });
document.getElementById("first").addEventListener("click", () => view.scrollTop = 0);
document.getElementById("last").addEventListener("click", () => view.scrollTop = height);
document.getElementById("previous").addEventListener("click", () => jump(-1));
document.getElementById("next").addEventListener("click", () => jump(1));
view.addEventListener("scroll", () => { tip.hidden = true; requestAnimationFrame(draw); });
canvas.addEventListener("mousemove", move => {
    hover(move.offsetX, move.offsetY);
    tip.style.left = `${Math.min(move.clientX + 14, innerWidth - 580)}px`;
    tip.style.top = `${Math.min(move.clientY + 14, innerHeight - 90)}px`;
});
canvas.addEventListener("mouseleave", () => tip.hidden = true);
addEventListener("resize", resize);
layOut();
resize();
view.scrollTop = height; // the end is what most came for
draw();
document.documentElement.dataset.events = events.length;
document.documentElement.dataset.nodes = nodes.length;
