// A case's conversation as a sequence diagram: first rows (what there is to draw), then SVG (where it is drawn).

const laneTitles = { app: 'program', device: 'device', hub: 'hub', service: 'service', harness: 'bench' };
const laneOrder = ['harness', 'app', 'device', null, 'hub', 'service'];
const longestDrawn = 300; // lines, until more are asked for
const quiet = 500_000; // microseconds without a line that are drawn as a gap

// Steps that began and names that were made up are bookkeeping: what they caused is drawn.
const isBookkeeping = (line) => line.lane === 'harness' && (/^step \d+$/.test(line.text) || /^\S+ = /.test(line.text));

// A device's connections are one lane, however often it comes back; a harness that plays several devices has one for each.
const secondConnection = /^main (\d+)$/;
const laneOf = (line, seat) => (seat === 'hub' && secondConnection.test(line.lane) ? 'device' : line.lane);
const labelOf = (line, seat) =>
    seat === 'hub' && secondConnection.test(line.lane) ? `connection ${secondConnection.exec(line.lane)[1]}: ${line.text}` : line.text;

// From whom to whom a line went; null: it is a note.
function endsOf(line, seat) {
    if (line.direction === 'note') return null;
    const sent = line.direction === 'sent';
    if (line.lane === 'app') return sent ? ['harness', 'app'] : ['app', 'harness'];
    const lane = laneOf(line, seat);
    const away = lane === 'service' || seat === 'device' ? sent : !sent;
    return away ? [lane, 'hub'] : ['hub', lane];
}

// Who would have spoken: "- hub: {publish: ...}" of a step that nothing satisfied.
function endsOfStep(step, seat) {
    const speaker = /^-?\s*(?:expect_never:\s*\{)?\s*(\w+)/.exec(step.text)?.[1];
    if (speaker === 'app') return ['app', 'harness'];
    if (speaker === 'service') return ['hub', 'service'];
    const connection = /, connection: (\w+)/.exec(step.text)?.[1] ?? 'device';
    return seat === 'device' ? ['hub', connection] : ['device', 'hub'];
}

// Which expectations and findings belong to which line, and which to none.
function pinsOf(one) {
    const pins = one.trace.map(() => []);
    const loose = [];
    const told = new Set();
    for (const finding of one.findings) {
        const step = finding.step === null ? null : one.steps[finding.step];
        if (step) told.add(finding.step);
        const came = finding.traceLine !== null && finding.traceLine < pins.length;
        const pin = { kind: verdictOf[finding.verdict], finding, step, number: finding.step, near: came };
        if (came) pins[finding.traceLine].push(pin);
        else if (step) loose.push(pin);
    }
    one.steps.forEach((step, number) => {
        if (told.has(number) || !step.isCheck || step.state === 'not run') return;
        const pin = { kind: step.state === 'passed' ? 'pass' : step.state === 'warned' ? 'warn' : 'fail', step, number };
        if (step.traceLine !== null && step.traceLine < pins.length) pins[step.traceLine].push(pin);
        else loose.push(pin);
    });
    return { pins, loose };
}

function pinText(pin) {
    const place = pin.step ? `line ${pin.step.line} · ` : '';
    if (pin.finding?.expected) return `${place}${pin.near ? 'nearest to ' : 'nothing came: '}${pin.finding.expected}`;
    if (pin.finding) return `${place}${pin.finding.summary}`;
    return `${place}${pin.step.text.replace(/^- /, '')}`;
}

// The line after which a step's window ended; the last one where the trace does not say.
function endOfWindow(one, number) {
    const text = `the window of step ${number + 1} ended`;
    const at = one.trace.findIndex((line) => line.lane === 'harness' && line.text === text);
    return at < 0 ? one.trace.length - 1 : at;
}

function rowsOf(one, seat, all) {
    const { pins, loose } = pinsOf(one);
    const rows = [];
    let before = 0;
    const missing = new Map();
    for (const pin of loose) {
        const at = endOfWindow(one, pin.number);
        missing.set(at, [...(missing.get(at) ?? []), pin]);
    }
    const gap = (at) => {
        if (at - before > quiet) rows.push({ kind: 'gap', label: `${time(at - before)} later` });
        before = at;
    };
    const ghosts = (number) => {
        const at = one.trace[number]?.atMicroseconds ?? 0;
        if (missing.has(number)) gap(at);
        for (const pin of missing.get(number) ?? [])
            rows.push({
                kind: 'ghost',
                pin,
                pins: [pin],
                at,
                ends: endsOfStep(pin.step, seat),
                label: pin.kind === 'pass' ? 'nothing came, as expected' : 'nothing came',
            });
    };
    if (one.trace.length === 0) ghosts(-1);
    one.trace.forEach((line, number) => {
        const ended = /^the window of step \d+ ended$/.test(line.text) && line.lane === 'harness';
        if (all || pins[number].length > 0 || !(isBookkeeping(line) || ended)) {
            gap(line.atMicroseconds);
            const ends = endsOf(line, seat);
            const link = !ends && line.lane !== 'harness';
            rows.push({
                kind: ends ? 'arrow' : link ? 'link' : 'note',
                line,
                number,
                at: line.atMicroseconds,
                pins: pins[number],
                ends: ends ?? (link ? [laneOf(line, seat), 'hub'] : null),
                label: labelOf(line, seat),
            });
        }
        ghosts(number);
    });
    return rows;
}

function lanesOf(rows) {
    const seen = new Set(['device', 'hub']);
    for (const row of rows) for (const lane of row.ends ?? []) seen.add(lane);
    const others = [...seen].filter((lane) => !laneOrder.includes(lane));
    if (others.length > 0 && !rows.some((row) => row.ends?.includes('device'))) seen.delete('device');
    return laneOrder.flatMap((lane) => (lane === null ? others : seen.has(lane) ? [lane] : []));
}

// Text in lines of at most so many characters, broken at blanks where there are some; the last one may be cut.
function wrapped(text, most, lines) {
    const all = [];
    let rest = text.length > most * (lines + 1) ? text.slice(0, most * (lines + 1)) : text;
    rest = visible(rest);
    while (rest.length > most && all.length < lines - 1) {
        const blank = rest.lastIndexOf(' ', most);
        const cut = blank > most * 0.6 ? blank : most;
        all.push(rest.slice(0, cut));
        rest = rest.slice(cut).trimStart();
    }
    all.push(rest.length > most ? `${rest.slice(0, most - 1)}…` : rest);
    return all;
}

const face = { label: 7.25, pin: 6.5, line: 17, gutter: 74 };

// The lower part of a phone is covered by the details.
const reveal = (row) => row.group.scrollIntoView({ block: innerWidth > 900 ? 'nearest' : 'start' });

class Diagram {
    // `chosen` is called with the row that a person wants to know more of.
    constructor(one, seat, name, chosen) {
        Object.assign(this, { one, seat, name, chosen, all: false, whole: false, selected: null });
        this.element = h('div', { class: 'diagram' });
        this.width = 0;
        new ResizeObserver(() => {
            if (this.element.isConnected && Math.abs(this.element.clientWidth - this.width) > 4) this.draw();
        }).observe(this.element);
    }

    draw() {
        this.width = this.element.clientWidth || 640;
        const every = rowsOf(this.one, this.seat, this.all);
        this.rows = this.whole ? every : every.slice(0, longestDrawn);
        this.lanes = lanesOf(this.rows);
        this.narrow = this.width < 560;
        this.gutter = this.narrow ? 8 : face.gutter;
        const inner = this.width - this.gutter - 16;
        const edge = Math.min(70, inner / this.lanes.length / 2);
        const step = this.lanes.length > 1 ? (inner - 2 * edge) / (this.lanes.length - 1) : 0;
        this.x = new Map(this.lanes.map((lane, i) => [lane, this.gutter + edge + i * step]));
        let y = 44;
        const drawn = this.rows.map((row) => {
            const [group, height] = this.drawRow(row, y);
            y += height;
            return group;
        });
        const svg = s(
            'svg',
            {
                width: this.width,
                height: y + 12,
                viewBox: `0 0 ${this.width} ${y + 12}`,
                role: 'group',
                'aria-label': `Conversation of ${this.name}: ${plural(this.rows.length, 'line')}`,
            },
            this.drawLanes(y, step),
            drawn,
        );
        const more = every.length - this.rows.length;
        this.element.replaceChildren(
            svg,
            more > 0
                ? h('button', { type: 'button', class: 'button', on: { click: () => this.showAll() } }, `Show ${plural(more, 'more line')}`)
                : '',
        );
        if (this.selected !== null) this.mark();
        return this;
    }

    showAll() {
        this.whole = true;
        this.draw();
    }

    drawLanes(bottom, step) {
        const axis = this.narrow ? '' : s('line', { class: 'axis', x1: this.gutter - 6, x2: this.gutter - 6, y1: 34, y2: bottom });
        const clock = this.narrow ? '' : s('text', { class: 'lane-title muted', x: 4, y: 20 }, 'time');
        return s(
            'g',
            { 'aria-hidden': 'true' },
            axis,
            clock,
            this.lanes.map((lane) => {
                const x = this.x.get(lane);
                const title = shortened(laneTitles[lane] ?? lane, 16);
                const half = Math.min(title.length * 3.9 + 12, this.lanes.length > 1 ? Math.max(step / 2 - 3, 20) : 68);
                return [
                    s('line', { class: 'lane', x1: x, x2: x, y1: 34, y2: bottom }),
                    s('rect', { class: 'lane-head', x: x - half, y: 4, width: half * 2, height: 26, rx: 13 }),
                    s('text', { class: 'lane-title', x, y: 21, 'text-anchor': 'middle' }, title),
                ];
            }),
        );
    }

    // A row's text, where it begins, and how wide it may be: at its arrow, or as near to it as it fits.
    room(row) {
        const edge = this.gutter + (this.narrow ? 2 : 10);
        const left = row.ends && !this.narrow ? Math.min(...row.ends.map((lane) => this.x.get(lane))) + 12 : edge;
        const right = row.ends && !this.narrow ? Math.max(...row.ends.map((lane) => this.x.get(lane))) - 12 : this.width - 8;
        const fits = right - left > 300;
        const space = fits ? right - left : this.width - 8 - edge;
        const labels = wrapped(row.label, Math.floor(space / face.label), this.narrow ? 3 : 2);
        const longest = Math.max(
            ...labels.map((label) => label.length * face.label),
            ...row.pins.map((pin) => Math.min(space, pinText(pin).length * face.pin + 36)),
        );
        const x = fits ? left : Math.max(edge, Math.min(left, this.width - 8 - longest));
        return { labels, x, space: fits ? space : this.width - 8 - x };
    }

    drawRow(row, y) {
        if (row.kind === 'gap') return [this.drawGap(row, y), 30];
        const { labels, x, space } = this.room(row);
        let at = y + 16;
        const stamp = row.line || row.kind === 'ghost' ? `${(row.at / 1000).toFixed(row.at < 1e6 ? 1 : 0)} ms` : '';
        const parts = [];
        if (this.narrow) {
            parts.push(s('text', { class: 'time', x, y: at }, stamp));
            at += 15;
        } else
            parts.push(
                s('text', { class: 'time', x: this.gutter - 14, y: at, 'text-anchor': 'end' }, stamp),
                s('circle', { class: 'tick', cx: this.gutter - 6, cy: at - 4, r: 2.5 }),
            );
        for (const label of labels) {
            parts.push(s('text', { class: 'label', x, y: at }, label));
            at += face.line;
        }
        if (row.ends) parts.push(this.drawLine(row, at - 6));
        at += row.ends ? 12 : 0;
        for (const pin of row.pins) {
            parts.push(this.drawPin(pin, x, at, space));
            at += 22;
        }
        const height = at - y + (row.pins.length > 0 ? 8 : 4);
        const group = s(
            'g',
            {
                class: `row ${row.kind} ${this.tone(row)}`,
                role: 'button',
                tabindex: -1,
                'aria-label': this.spoken(row),
                on: { click: () => this.select(row), keydown: (event) => this.key(event, row) },
            },
            s('rect', { class: 'back', x: 0, y: y - 2, width: this.width, height: height - 2, rx: 8 }),
            parts,
        );
        row.group = group;
        if (this.rows.find((each) => each.kind !== 'gap') === row) group.setAttribute('tabindex', 0);
        return [group, height];
    }

    tone(row) {
        if (row.kind === 'ghost') return `tone-${row.pin.kind}`;
        if (!row.ends) return '';
        return row.ends[0] === 'hub' ? 'from-hub' : 'to-hub';
    }

    spoken(row) {
        const who = row.ends
            ? `${laneTitles[row.ends[0]] ?? row.ends[0]} ${row.kind === 'link' ? 'and' : 'to'} ${laneTitles[row.ends[1]] ?? row.ends[1]}, `
            : '';
        const pins = row.pins.map((pin) => `; ${verdictNamed[pin.kind].word}: ${pinText(pin)}`).join('');
        return shortened(`${(row.at / 1000).toFixed(1)} milliseconds, ${who}${row.label}${pins}`, 400);
    }

    drawGap(row, y) {
        return s(
            'g',
            { class: 'gap' },
            s('text', { class: 'muted', x: this.width / 2, y: y + 17, 'text-anchor': 'middle' }, `⋯  ${row.label}  ⋯`),
        );
    }

    drawLine(row, y) {
        const [from, to] = row.ends.map((lane) => this.x.get(lane));
        const way = Math.sign(to - from) || 1;
        if (row.kind === 'link') {
            const ends = /^(connected|WebSocket)/.test(row.line.text);
            const middle = (from + to) / 2;
            return s(
                'g',
                { class: 'link' },
                s('line', { class: 'stroke', x1: from, x2: to, y1: y, y2: y }),
                ends
                    ? [from, to].map((x) => s('circle', { class: 'dot', cx: x, cy: y, r: 4 }))
                    : s('path', { class: 'stroke cross', d: `M${middle - 5} ${y - 5}l10 10m0-10-10 10` }),
            );
        }
        return s(
            'g',
            {},
            s('line', { class: 'stroke', x1: from, x2: to - way * 7, y1: y, y2: y }),
            s('path', { class: 'tip', d: `M${to - way} ${y}l${-way * 9}-4.5v9z` }),
            s('circle', { class: 'dot', cx: from, cy: y, r: 2.5 }),
        );
    }

    drawPin(pin, x, y, space) {
        const text = wrapped(pinText(pin), Math.floor((space - 34) / face.pin), 1)[0];
        const use = s('use', { href: `#i-${verdictNamed[pin.kind].icon}`, x: x + 7, y: y - 5.5, width: 13, height: 13 });
        return s(
            'g',
            { class: `pin tone-${pin.kind}` },
            s('rect', { x, y: y - 9, width: Math.min(space, text.length * face.pin + 36), height: 20, rx: 10 }),
            use,
            s('text', { x: x + 26, y: y + 5 }, text),
        );
    }

    select(row, focus = true) {
        this.selected = row.number ?? `ghost ${row.pin.number}`;
        this.mark();
        if (focus) row.group.focus({ preventScroll: true });
        this.chosen(row);
    }

    mark() {
        for (const row of this.rows) {
            if (!row.group) continue;
            const is = this.selected === (row.number ?? `ghost ${row.pin?.number}`);
            row.group.classList.toggle('selected', is);
            row.group.setAttribute('aria-pressed', is);
            if (this.selected !== null) row.group.setAttribute('tabindex', is ? 0 : -1);
        }
    }

    key(event, row) {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        this.select(row);
    }

    // The next or the previous line; the worst one when none is selected.
    move(by) {
        const rows = this.rows.filter((row) => row.group);
        const now = rows.findIndex((row) => row.group.classList.contains('selected'));
        const next = rows[now < 0 ? Math.max(0, rows.indexOf(this.worst())) : Math.min(rows.length - 1, Math.max(0, now + by))];
        if (!next) return;
        this.select(next);
        reveal(next);
    }

    worst() {
        return worstFirst.map((key) => key !== 'pass' && this.rows.find((row) => row.pins?.some((pin) => pin.kind === key))).find(Boolean);
    }

    rowOf(line) {
        return this.rows.find((row) => row.number === line && row.group);
    }
    rowOfStep(number) {
        return (
            this.rows.find((row) => row.pins?.some((pin) => pin.number === number)) ?? this.rows.find((row) => row.line?.step === number)
        );
    }
}
